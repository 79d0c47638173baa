import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { AdministrationError } from '../administration.ts';
import type { Desk } from '../desk.ts';
import { DatabaseUnavailable } from '../store/database.ts';
import { DESK_COMMANDS, EXIT, type Exit, type Options, OptionsSchema } from './commands.ts';

/**
 * A command on a desk that runs, over the socket in its data folder: JSON lines. The caller says what it wants and sends its
 * input; the desk tells lines and ends with an exit code.
 */

const AskSchema = v.strictObject({ command: v.string(), options: OptionsSchema });
const InputSchema = v.strictObject({ input: v.string() });
const AnswerSchema = v.union([
  v.strictObject({ tell: v.unknown() }),
  v.strictObject({ error: v.string() }),
  v.strictObject({ exit: v.picklist(Object.values(EXIT)) }),
]);

/** The desk's side of one caller. */
export async function serveCaller(desk: Desk, socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy());
  const say = (value: object) => socket.writable && socket.write(`${JSON.stringify(value)}\n`);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  try {
    const first = await lines.next();
    const { command, options } = v.parse(AskSchema, JSON.parse(String(first.value)));
    const found = DESK_COMMANDS[command];
    if (found === undefined) throw new AdministrationError('there is no such command');
    const exit = await found.run(desk, options, { input: inputOf(lines), tell: (tell) => say({ tell }) });
    say({ exit });
  } catch (error) {
    say({ error: saidOf(error) });
    say({ exit: error instanceof DatabaseUnavailable ? EXIT.database : EXIT.failed });
  } finally {
    socket.end();
  }
}

/** Messages of our own errors are made to be shown; those of others may quote what they met. */
export function saidOf(error: unknown): string {
  if (error instanceof AdministrationError || error instanceof DatabaseUnavailable) return error.message;
  return error instanceof Error ? `unexpected ${error.name}` : 'unexpected error';
}

async function* inputOf(lines: AsyncIterator<string>): AsyncIterable<string> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) return;
    yield v.parse(InputSchema, JSON.parse(value)).input;
  }
}

/** The caller's side; resolves with null if no desk runs there. */
export async function callRunningDesk(
  path: string,
  ask: { readonly command: string; readonly options: Options },
  io: {
    readonly input: AsyncIterable<string>;
    readonly tell: (value: unknown) => void;
    readonly error: (text: string) => void;
  },
): Promise<Exit | null> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch {
    socket.destroy();
    return null;
  }
  const answers = createInterface({ input: socket });
  socket.write(`${JSON.stringify(ask)}\n`);
  const sending = (async () => {
    for await (const input of io.input) {
      if (!socket.write(`${JSON.stringify({ input })}\n`)) await once(socket, 'drain');
    }
    socket.end();
  })();
  sending.catch(() => socket.destroy());
  for await (const line of answers) {
    const answer = v.parse(AnswerSchema, JSON.parse(line));
    if ('tell' in answer) io.tell(answer.tell);
    else if ('error' in answer) io.error(answer.error);
    else {
      socket.destroy();
      return answer.exit;
    }
  }
  io.error('the desk ended before the command did');
  return EXIT.failed;
}
