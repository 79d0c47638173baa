import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import koffi from 'koffi';

/** ATR of a contact card that speaks T=1, with the historical bytes "WARDKEY". */
export const PEER_ATR = Uint8Array.from([
  0x3b, 0xf7, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x45, 0x57, 0x41, 0x52, 0x44, 0x4b, 0x45, 0x59, 0xa4,
]);

/** Longer than any ATR: to pcscd, the same as no answer. (To vpcd, none at all would be a card that was taken out.) */
const NO_ATR = new Uint8Array(40);

type Answer = Uint8Array | null;

export type PeerOptions = {
  readonly atr?: Uint8Array;
  /** Answers a command APDU; null: stays silent for good (a stalled card). Answers 9000 unless told. */
  /** It is there, but what it says when powered or reset cannot be an ATR. */
  readonly mute?: boolean;
  readonly onApdu?: (apdu: Uint8Array) => Answer | Promise<Answer>;
};

export type Peer = {
  /** Power-ups and resets seen so far. */
  resets(): number;
  apdus(): number;
  /** Takes the card out. */
  pull(): Promise<void>;
  /** While true nothing is answered, not even the reader's own questions. */
  silence(silent: boolean): void;
};

const SOL_TCP = 6;
const TCP_QUICKACK = 12;
const setsockopt = koffi
  .load('libc.so.6')
  .func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer('int'), 'uint32_t']);

/**
 * A scripted card in a virtual reader: the smallest peer that vpcd accepts, for tests of the reader and service side.
 * Wire form: length in two bytes, big endian, then one control byte (0 off, 1 on, 2 reset, 4 ATR) or an APDU.
 */
export async function insertPeer(port: number, options: PeerOptions = {}): Promise<Peer> {
  const atr = options.atr ?? PEER_ATR;
  const onApdu = options.onApdu ?? (() => Uint8Array.of(0x90, 0x00));
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  quickAck(socket);

  let resets = 0;
  let apdus = 0;
  let silent = false;
  let justReset = false;
  let unread = Buffer.alloc(0);

  function send(message: Uint8Array): void {
    if (silent || socket.destroyed) return;
    const framed = Buffer.alloc(2 + message.length);
    framed.writeUInt16BE(message.length);
    framed.set(message, 2);
    socket.write(framed);
  }

  async function receive(message: Uint8Array): Promise<void> {
    if (message.length > 1) {
      apdus += 1;
      const answer = await onApdu(message);
      if (answer !== null) send(answer);
    } else if (message[0] === 4) {
      // vpcd asks the same question to see whether a card is there, and for the answer to reset.
      send(options.mute === true && justReset ? NO_ATR : atr);
      justReset = false;
    } else if (message[0] === 1 || message[0] === 2) {
      resets += 1;
      justReset = true;
    }
  }

  socket.on('data', (chunk) => {
    // vpcd writes length and body apart, and waits for the acknowledgement in between: without this, 40 ms each.
    quickAck(socket);
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE()) {
      const length = unread.readUInt16BE();
      const message = Uint8Array.from(unread.subarray(2, 2 + length));
      unread = unread.subarray(2 + length);
      void receive(message);
    }
  });
  socket.on('error', () => socket.destroy());

  return {
    resets: () => resets,
    apdus: () => apdus,
    silence: (wanted) => {
      silent = wanted;
    },
    pull: async () => {
      if (socket.closed) return;
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
    },
  };
}

function quickAck(socket: Socket): void {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || !('fd' in handle) || typeof handle.fd !== 'number') return;
  setsockopt(handle.fd, SOL_TCP, TCP_QUICKACK, [1], 4);
}
