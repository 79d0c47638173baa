import * as v from 'valibot';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { fail, say, sayJson } from '../output.ts';
import { runningAgent } from '../running-agent.ts';

const ANSWER_LIMIT_MS = 5_000;
const STOP_LIMIT_MS = 10_000;

const StateSchema = v.looseObject({ event: v.literal('state') });

/** `wardkey status`: what the running agent shows now. */
export const status: Command = async (_words, { json }) => {
  const agent = await runningAgent();
  if (agent === null) return fail('Agent_NotRunning', { json });
  agent.send({ command: 'status' });
  const snapshot = await agent.answer(StateSchema, ANSWER_LIMIT_MS);
  agent.close();
  if (snapshot === null) return fail('Agent_Refused', { json });
  if (json) sayJson(snapshot);
  else for (const line of JSON.stringify(snapshot, null, 2).split('\n')) say(line);
  return EXIT.ok;
};

/** `wardkey follow`: the running agent's life, one line an event. */
export const follow: Command = async (_words, { json }) => {
  const agent = await runningAgent();
  if (agent === null) return fail('Agent_NotRunning', { json });
  agent.send({ command: 'follow' });
  void untilInterrupted().then(() => agent.close());
  for await (const message of agent.messages()) sayJson(message);
  return EXIT.ok;
};

/** `wardkey stop`: ends the running agent. */
export const stop: Command = async (_words, { json }) => {
  const agent = await runningAgent();
  if (agent === null) return fail('Agent_NotRunning', { json });
  agent.send({ command: 'stop' });
  // The agent hangs up when it has ended.
  await agent.answer(v.never(), STOP_LIMIT_MS);
  if (json) sayJson({ ok: true });
  return EXIT.ok;
};
