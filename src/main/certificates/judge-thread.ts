import { parentPort } from 'node:worker_threads';
import { Judge } from './judge.ts';
import type { JudgeOrder } from './judge-messages.ts';

/** The judge's thread: a large revocation list, or a certificate that is a maze, must never keep the agent from locking. */
const judge = new Judge();
parentPort?.on('message', (order: JudgeOrder) => parentPort?.postMessage(judge.answer(order), []));
