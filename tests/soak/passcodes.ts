import * as v from 'valibot';
import { callAgent } from '../../src/main/control/control-client.ts';
import { TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { monotonicMs } from '../bench/clock.ts';

const WRONG = '135799';
/** The longest that a card may take for its answer, and something for the way. */
const ANSWER_LIMIT_MS = 20_000;

const AnswerSchema = v.object({
  event: v.literal('answer'),
  result: v.object({
    ok: v.boolean(),
    code: v.optional(v.string()),
    failure: v.optional(v.looseObject({ code: v.string() })),
  }),
});

export type Presented = {
  readonly passcode: 'right' | 'wrong';
  /** 'ok', the code of the refusal, or 'unanswered'. */
  readonly outcome: string;
  readonly tookMs: number;
};

/** Presents a passcode as `wardkey pin verify` does: over the agent's control socket. */
export async function present(
  controlAddress: string,
  reader: string,
  passcode: Presented['passcode'],
  lastTry: boolean,
): Promise<Presented> {
  const from = monotonicMs();
  const outcome = await ask(controlAddress, reader, passcode, lastTry);
  return { passcode, outcome, tookMs: monotonicMs() - from };
}

async function ask(address: string, reader: string, passcode: Presented['passcode'], lastTry: boolean) {
  const agent = await callAgent(address);
  if (agent === null) return 'unanswered';
  const limit = setTimeout(() => agent.close(), ANSWER_LIMIT_MS);
  try {
    const secret = new TextEncoder().encode(passcode === 'right' ? TEST_PIN : WRONG);
    agent.send({ command: 'attempt', kind: 'verify', reader, lastTry }, [secret]);
    for await (const message of agent.messages()) {
      const answer = v.safeParse(AnswerSchema, message);
      if (!answer.success) continue;
      const { ok, code, failure } = answer.output.result;
      return ok ? 'ok' : (failure?.code ?? code ?? 'refused');
    }
  } catch {
    // Hung up on us: counted as no answer.
  } finally {
    clearTimeout(limit);
    agent.close();
  }
  return 'unanswered';
}

/** What is wrong with an answer; null when nothing is. Races with pulls and kills may refuse any attempt. */
export function faultOf({ passcode, outcome, tookMs }: Presented): string | null {
  if (outcome === 'unanswered') return `a passcode was not answered in ${Math.round(tookMs)} ms`;
  if (passcode === 'wrong' && outcome === 'ok') return 'a wrong passcode was accepted';
  if (passcode === 'right' && outcome === 'wrong-pin') return 'the right passcode was refused as wrong';
  return null;
}
