import type { LockEvidence } from './lock-method.ts';

const EVERY_MS = 20;

/**
 * Evidence on systems that answer whether the screen is locked but tell no change to a program without a window: asked
 * anew every 20 ms, and only while a lock is being waited for.
 */
export const askedEvidence = (isLocked: () => boolean): LockEvidence => ({
  state: () => (isLocked() ? 'locked' : 'open'),
  onChange: (listener) => {
    const timer = setInterval(listener, EVERY_MS);
    return () => clearInterval(timer);
  },
});
