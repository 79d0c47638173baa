import { useRef, useState } from 'react';
import type { ViewCommand } from '../../core/contract/view.ts';
import { bridge } from '../bridge/bridge.ts';
import type { Problem } from '../elements/problem.tsx';

/** Asks the agent one thing at a time, and keeps what it refused. */
export function useAsk() {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState(false);
  const sent = useRef(false);
  const ask = async (command: ViewCommand, secrets: readonly Uint8Array[] = []): Promise<boolean> => {
    if (sent.current) {
      for (const secret of secrets) secret.fill(0);
      return false;
    }
    sent.current = true;
    setProblem(null);
    setAsking(true);
    const outcome = await bridge.request(command, secrets);
    sent.current = false;
    setAsking(false);
    if (!outcome.ok) setProblem(outcome);
    return outcome.ok;
  };
  return { problem, asking, ask };
}
