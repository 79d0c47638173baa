import * as v from 'valibot';
import { openDesktopSession } from '../../../native/session-lock/desktop-session.ts';
import { callAgent } from '../../control/control-client.ts';
import { controlAddress } from '../../store/folders.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { fail, say, sayJson } from '../output.ts';

const ActedSchema = v.object({
  event: v.literal('acted'),
  done: v.boolean(),
  outcome: v.object({ attempts: v.array(v.object({ method: v.string(), result: v.string(), tookMs: v.number() })) }),
});

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
  const agent = await callAgent(controlAddress());
  if (agent === null) return null;
  try {
    agent.send({ command: 'lock' });
    for await (const message of agent.messages()) {
      const acted = v.safeParse(ActedSchema, message);
      if (acted.success) return { locked: acted.output.done, attempts: acted.output.outcome.attempts };
    }
    return null;
  } finally {
    agent.close();
  }
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
