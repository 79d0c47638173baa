import { useEffect, useState } from 'react';

/** Four looks a second keep the ring smooth enough and the seconds right. */
const LOOK_MS = 250;

/**
 * What is left of a span, in milliseconds, looked at again while it runs.
 * @param remainingMs at the moment `receivedAt` of performance.now()
 */
export function useRemaining(remainingMs: number, receivedAt: number): number {
  const left = () => Math.max(0, remainingMs - (performance.now() - receivedAt));
  const [, look] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => look((count) => count + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return left();
}
