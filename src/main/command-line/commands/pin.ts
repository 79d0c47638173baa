import type { AttemptResult } from '../../../core/agent/effects.ts';
import type { AttemptKind } from '../../../core/agent/events.ts';
import { codeOfCardFailure, type FailureCode } from '../../../core/agent/failure-codes.ts';
import { theOnlyCard } from '../../agent/the-only-card.ts';
import type { ControlConnection } from '../../control/control-client.ts';
import { settingsFolder } from '../../store/folders.ts';
import { openSettings } from '../../store/settings.ts';
import type { Command, CommandOptions } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startObserver } from '../observer.ts';
import { fail, say, sayJson } from '../output.ts';
import { runningAgent } from '../running-agent.ts';
import { readSecrets } from '../secret-input.ts';
import { AttemptAnswerSchema } from './attempt-answer.ts';

/** Longer than any operation on a card may take. */
const AGENT_LIMIT_MS = 30_000;

const PROMPTS: Record<AttemptKind, readonly string[]> = {
  verify: ['Passcode'],
  change: ['Present passcode', 'New passcode', 'New passcode again'],
  unblock: ['Unblocking code (PUK)', 'New passcode', 'New passcode again'],
};

/**
 * `wardkey pin verify|change|unblock`: through the running agent if there is one, so that its session begins; else on the
 * card directly. Secrets come from the terminal or standard input, one a line, never from arguments.
 */
export const pin: Command = async ([kind], options) => {
  if (kind !== 'verify' && kind !== 'change' && kind !== 'unblock') {
    return fail('Usage_Wrong', { json: options.json, detail: 'pin needs verify, change or unblock' });
  }
  const secrets = await askSecrets(kind);
  if (typeof secrets === 'string') return fail(secrets, { json: options.json });
  try {
    const agent = await runningAgent();
    const result =
      agent === null ? await directly(kind, secrets, options) : await throughAgent(agent, kind, secrets, options);
    return tell(kind, result, options.json);
  } finally {
    for (const secret of secrets) secret.fill(0);
  }
};

async function askSecrets(kind: AttemptKind): Promise<Uint8Array[] | FailureCode> {
  const prompts = PROMPTS[kind];
  // A script gives a new passcode once; people type it twice.
  const asked = process.stdin.isTTY ? prompts : prompts.slice(0, 2);
  const typed = await readSecrets(asked);
  if (typed === null) return 'Passcode_Missing';
  const [first, second, again] = typed;
  if (again !== undefined && second !== undefined && Buffer.compare(second, again) !== 0) {
    for (const secret of typed) secret.fill(0);
    return 'Passcode_Mismatch';
  }
  again?.fill(0);
  return [first, second].filter((secret) => secret !== undefined);
}

async function throughAgent(
  agent: ControlConnection,
  kind: AttemptKind,
  secrets: readonly Uint8Array[],
  { reader, lastTry }: CommandOptions,
): Promise<AttemptResult> {
  agent.send({ command: 'attempt', kind, reader, lastTry }, secrets);
  const answer = await agent.answer(AttemptAnswerSchema, AGENT_LIMIT_MS);
  agent.close();
  return answer?.result ?? { ok: false, code: 'Agent_Refused' };
}

async function directly(
  kind: AttemptKind,
  secrets: readonly Uint8Array[],
  { reader, lastTry, policy }: CommandOptions,
): Promise<AttemptResult> {
  const observer = await startObserver(policy);
  try {
    await observer.settled();
    const { runtime } = observer;
    const { preferredReader } = openSettings(settingsFolder(), () => undefined).get();
    const chosen = reader === null ? theOnlyCard(runtime.state, preferredReader) : { reader };
    if ('code' in chosen) return { ok: false, code: chosen.code };
    return await runtime.attempt({ kind, reader: chosen.reader, cardId: null, secrets, lastTry });
  } finally {
    await observer.stop();
  }
}

function tell(kind: AttemptKind, result: AttemptResult, json: boolean): ExitCode {
  if (result.ok) {
    if (json) sayJson({ ok: true, triesLeft: result.status.triesLeft });
    else say(kind === 'verify' ? 'The passcode is right.' : 'The passcode was changed.');
    return EXIT.ok;
  }
  if ('code' in result) return fail(result.code, { json });
  const { failure } = result;
  return fail(codeOfCardFailure(failure), {
    json,
    ...('triesLeft' in failure ? { detail: detailOfTries(failure.triesLeft) } : {}),
  });
}

export function detailOfTries(count: number | null): string {
  if (count === null) return 'tries left: unknown';
  return count === 1 ? '1 try left' : `${count} tries left`;
}
