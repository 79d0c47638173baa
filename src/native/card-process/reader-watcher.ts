import { parentPort, workerData } from 'node:worker_threads';
import { PcscContext } from '../pcsc/context.ts';
import { loadPcscLibrary, PcscLibraryMissing } from '../pcsc/library.ts';
import { PcscError } from '../pcsc/return-code.ts';
import { monotonicMs } from './monotonic.ts';
import { Presence } from './presence.ts';
import { ReaderWatch } from './reader-watch.ts';
import type { WatcherData, WatcherMessage } from './thread-messages.ts';
import { WatcherSignal } from './watcher-signal.ts';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2000;

/**
 * The thread that watches all readers, blocked in SCardGetStatusChange for nearly all of its life: nothing polls. It never
 * returns to its event loop before it is told to stop; messages leave it all the same.
 */
function watchReaders(signal: WatcherSignal, send: (message: WatcherMessage) => void): void {
  let insertions = 0;
  const presence = new Presence(() => {
    insertions += 1;
    return `${process.pid.toString(36)}-${insertions}`;
  });
  let told: 'unknown' | 'running' | 'stopped' | 'absent' = 'unknown';
  let reached = false;
  let retryMs = FIRST_RETRY_MS;

  function serviceAnswers(): void {
    reached = true;
    if (told === 'running') return;
    told = 'running';
    send({ type: 'service', state: 'running', detail: null, at: monotonicMs() });
  }

  function serviceGone(detail: string): void {
    const at = monotonicMs();
    for (const event of presence.serviceStopped(at)) send(event);
    const state = reached ? 'stopped' : 'absent';
    if (told === state) return;
    told = state;
    send({ type: 'service', state, detail, at });
  }

  while (signal.pending() !== 'stop') {
    signal.resumedTaken();
    const knocks = signal.knocks();
    const since = monotonicMs();
    let context: PcscContext | null = null;
    try {
      context = PcscContext.establish(loadPcscLibrary());
      send({ type: 'context', handle: context.handle });
      new ReaderWatch(context, presence, signal, send, serviceAnswers).run();
    } catch (error) {
      if (error instanceof PcscError) serviceGone(error.returnCodeName);
      else if (error instanceof PcscLibraryMissing) serviceGone('library missing');
      else throw error;
      if (signal.pending() !== 'stop') {
        // A service that ran well for a while deserves a quick look; one that fails at once, more and more patience.
        if (monotonicMs() - since > MAX_RETRY_MS) retryMs = FIRST_RETRY_MS;
        const knocked = signal.sleep(retryMs, knocks);
        retryMs = knocked ? FIRST_RETRY_MS : Math.min(retryMs * 2, MAX_RETRY_MS);
      }
    } finally {
      if (context !== null) {
        send({ type: 'context', handle: null });
        context.release();
      }
    }
  }
}

const port = parentPort;
if (port !== null) {
  const { signal }: WatcherData = workerData;
  watchReaders(new WatcherSignal(signal), (message) => port.postMessage(message));
}
