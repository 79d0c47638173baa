import * as v from 'valibot';
import { openDesktopSession } from '../../../native/session-lock/desktop-session.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { fail, say, sayJson } from '../output.ts';
import { runningAgent } from '../running-agent.ts';

const ActedSchema = v.object({
  event: v.literal('acted'),
  done: v.boolean(),
  outcome: v.object({ attempts: v.array(v.object({ method: v.string(), result: v.string(), tookMs: v.number() })) }),
});

/** An agent that has not locked by then is stopped or broken: this command locks by itself. */
const AGENT_LIMIT_MS = 3_000;

type Attempts = v.InferOutput<typeof ActedSchema>['outcome']['attempts'];

/** `wardkey lock`: locks this desktop now and says whether it is truly locked; through the running agent if there is one. */
export const lock: Command = async (_words, { json }) => {
  const { locked, attempts } = (await throughAgent()) ?? (await directly());
  if (json) sayJson({ ok: locked, attempts });
  if (!locked) return json ? EXIT.lock : fail('Lock_Failed', { json, detail: told(attempts) });
  if (!json) say(`Locked (${told(attempts)}).`);
  return EXIT.ok;
};

async function throughAgent(): Promise<{ locked: boolean; attempts: Attempts } | null> {
  const agent = await runningAgent();
  if (agent === null) return null;
  agent.send({ command: 'lock' });
  const acted = await agent.answer(ActedSchema, AGENT_LIMIT_MS);
  agent.close();
  return acted === null ? null : { locked: acted.done, attempts: acted.outcome.attempts };
}

async function directly(): Promise<{ locked: boolean; attempts: Attempts }> {
  const desktop = await openDesktopSession();
  try {
    const { locked, attempts } = await desktop.lock();
    return { locked, attempts: [...attempts] };
  } finally {
    await desktop.close();
  }
}

function told(attempts: Attempts): string {
  return attempts.map(({ method, result }) => `${method} ${result}`).join(', ');
}
