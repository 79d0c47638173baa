/** How the card process ends; the agent logs the number. */
export const CARD_PROCESS_EXITS = {
  stopped: 0,
  /** Started by hand, without a parent to talk to. */
  noParent: 64,
  /** The thread that watches the readers failed: without it nothing else has a meaning. */
  watcherFailed: 70,
  /** More calls into the service than can be spared never returned. */
  exhausted: 75,
} as const;

/**
 * Has the system end this process after `seconds`, whatever it does then: a timer of our own would not fire while this
 * thread is blocked in a call. Not on Windows, where the calls that we make here do not wait for the service.
 */
export async function limitLife(seconds: number): Promise<void> {
  if (process.platform === 'win32') return;
  const { default: koffi } = await import('koffi');
  koffi.load(null).func('alarm', 'uint', ['uint'])(seconds);
}

/**
 * Ends the process at once, whatever its threads do. `process.exit` would wait for a worker that is blocked inside a call,
 * and so for ever.
 */
export async function exitAtOnce(code: number): Promise<never> {
  try {
    const { default: koffi } = await import('koffi');
    if (process.platform === 'win32')
      koffi.load('kernel32.dll').func('__stdcall', 'ExitProcess', 'void', ['uint32'])(code);
    else koffi.load(null).func('_exit', 'void', ['int'])(code);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
  throw new Error('unreachable');
}
