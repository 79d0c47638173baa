import type { Duplex } from 'node:stream';

/**
 * Lets a connection of `@jellybrick/dbus-next` outlive a message that the library cannot read. It throws out of its stream's
 * 'readable' listener, which would end this process: any program on the bus could do that with one signal, as a body of
 * type `h` without a file descriptor passes the bus. Such a message is left out and the next one is read.
 *
 * Called on the library's 'connect', just before it adds that listener. `giveUp` is called where the reading does not get on.
 */
export function surviveUnreadable(stream: Duplex | null, giveUp: () => void): void {
  if (stream === null) {
    giveUp();
    return;
  }
  // Still before anything can be read: streams tell 'readable' on the next tick, after all microtasks.
  queueMicrotask(() => {
    const readers = stream.listeners('readable');
    stream.removeAllListeners('readable');
    stream.on('readable', () => {
      for (const reader of readers) readAll(stream, () => Reflect.apply(reader, stream, []), giveUp);
    });
  });
}

function readAll(stream: Duplex, read: () => unknown, giveUp: () => void): void {
  while (true) {
    const unread = stream.readableLength;
    try {
      read();
      return;
    } catch {
      // The library had taken the message out of the stream before it failed on it; else it would fail on it for ever.
      if (stream.readableLength >= unread) {
        giveUp();
        return;
      }
    }
  }
}
