import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { CardProcessOrderSchema } from '../../core/contract/card-process.ts';
import { CardProcess } from './card-process-main.ts';
import { CARD_PROCESS_EXITS, exitAtOnce } from './exit.ts';
import { openParentPort } from './parent-port.ts';
import { refuse } from './refusal.ts';

/** Bounded: this program meets hostile cards, and its neighbours need the memory. */
const LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, stackSizeMb: 2 };

/** `--name=number` on the command line, for tests and for patient readers. */
function numberArgument(name: string, otherwise: number): number {
  const prefix = `--${name}=`;
  const text = process.argv.find((argument) => argument.startsWith(prefix))?.slice(prefix.length);
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : otherwise;
}

const parent = openParentPort();
if (parent === null) {
  process.exitCode = CARD_PROCESS_EXITS.noParent;
} else {
  const kind = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const card = new CardProcess({
    send: (message) => parent.send(message),
    startThread: (name, workerData) =>
      new Worker(new URL(`./${name}.${kind}`, import.meta.url), { workerData, resourceLimits: LIMITS }),
    exit: (code) => void exitAtOnce(code),
    operationLimitMs: numberArgument('operation-limit-ms', 15_000),
    waitMs: numberArgument('wait-ms', 3000),
  });
  parent.onOrder((order) => {
    const parsed = v.safeParse(CardProcessOrderSchema, order);
    if (parsed.success) card.obey(parsed.output);
    else for (const message of refuse(order)) parent.send(message);
  });
  parent.onClosed(() => card.stop());
  process.on('SIGTERM', () => card.stop());
  // Ctrl-C goes to every process of a terminal: the agent decides what it means.
  process.on('SIGINT', () => {});
  card.start();
}
