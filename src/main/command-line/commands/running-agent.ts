import { callAgent } from '../../control/control-client.ts';
import { controlAddress } from '../../store/folders.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { fail, say, sayJson } from '../output.ts';

/** `wardkey status`: what the running agent shows now. */
export const status: Command = async (_words, { json }) => {
  const agent = await callAgent(controlAddress());
  if (agent === null) return fail('Agent_NotRunning', { json });
  agent.send({ command: 'status' });
  for await (const message of agent.messages()) {
    if (json) sayJson(message);
    else say(JSON.stringify(message, null, 2));
    agent.close();
    return EXIT.ok;
  }
  return fail('Agent_Refused', { json });
};

/** `wardkey follow`: the running agent's life, one line an event. */
export const follow: Command = async (_words, { json }) => {
  const agent = await callAgent(controlAddress());
  if (agent === null) return fail('Agent_NotRunning', { json });
  agent.send({ command: 'follow' });
  void untilInterrupted().then(() => agent.close());
  for await (const message of agent.messages()) sayJson(message);
  return EXIT.ok;
};

/** `wardkey stop`: ends the running agent. */
export const stop: Command = async (_words, { json }) => {
  const agent = await callAgent(controlAddress());
  if (agent === null) return fail('Agent_NotRunning', { json });
  agent.send({ command: 'stop' });
  // The agent hangs up when it has ended.
  for await (const _message of agent.messages());
  if (json) sayJson({ ok: true });
  return EXIT.ok;
};
