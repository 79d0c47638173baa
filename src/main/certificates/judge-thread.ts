import { parentPort } from 'node:worker_threads';
import { Judge } from './judge.ts';
import type { JudgeOrder, JudgeReply } from './judge-messages.ts';

/** The judge's thread: a large revocation list, or a certificate that is a maze, must never keep the agent from locking. */
const judge = new Judge();
parentPort?.on('message', (order: JudgeOrder) => {
  if (order.type !== 'offer-list') return say(judge.answer(order));
  // The judge keeps a copy, so that the list itself can be handed back.
  const { der } = order;
  const reply = judge.answer({ ...order, der: new Uint8Array(der) });
  if (reply.type !== 'offered' || !(der.buffer instanceof ArrayBuffer)) return say(reply);
  return say({ ...reply, der }, [der.buffer]);
});

function say(reply: JudgeReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}
