import * as v from 'valibot';
import { runningAgent } from './running-agent.ts';

const ANSWER_LIMIT_MS = 5_000;

/** A second start brings up the window of the first. Resolves with false when there is none to bring up. */
export async function showRunning(): Promise<boolean> {
  const agent = await runningAgent();
  if (agent === null) return false;
  agent.send({ command: 'show' });
  const answer = await agent.answer(v.looseObject({ event: v.picklist(['done', 'refused']) }), ANSWER_LIMIT_MS);
  agent.close();
  return answer?.event === 'done';
}
