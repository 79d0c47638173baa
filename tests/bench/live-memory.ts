import { once } from 'node:events';
import * as v from 'valibot';
import type { AgentProcess } from './agent-process.ts';

/** Lets a Node program open its inspector at a free port when it is asked to by SIGUSR1. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=0' } as const;

const ReplySchema = v.object({
  id: v.number(),
  error: v.optional(v.object({ message: v.string() })),
  result: v.optional(v.looseObject({ result: v.optional(v.object({ value: v.optional(v.unknown()) })) })),
});
type Reply = v.InferOutput<typeof ReplySchema>;

const LIVE_BYTES = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

/**
 * What a running Node program really holds, asked through the inspector that every Node has. From outside that cannot be
 * seen: V8 and the allocator keep what is free, and V8 lets garbage lie for thousands of cycles where memory is plenty. It
 * is no leak, and would look like one.
 */
export class LiveMemory {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #hungUp: Promise<never>;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.#hungUp = promise;
    socket.addEventListener('close', () => reject(new Error('the inspector hung up')));
    socket.addEventListener('message', ({ data }) => {
      const parsed = v.safeParse(ReplySchema, JSON.parse(String(data)));
      if (parsed.success) this.#waiting.get(parsed.output.id)?.(parsed.output);
    });
  }

  /** The agent must have been started with {@link INSPECTABLE}. */
  static async of(agent: AgentProcess): Promise<LiveMemory> {
    const address = agent.nextError(/Debugger listening on (ws:\/\/\S+)/, 'the inspector to listen');
    process.kill(agent.pid, 'SIGUSR1');
    const socket = new WebSocket(await address);
    await once(socket, 'open');
    return new LiveMemory(socket);
  }

  /** Collects all garbage. @returns what is left: V8's heap and the memory bound to its objects, in MB (10^6 bytes) */
  async measure(): Promise<number> {
    await this.#ask('HeapProfiler.collectGarbage', {});
    const { result } = await this.#ask('Runtime.evaluate', { expression: LIVE_BYTES });
    return v.parse(v.number(), result?.result?.value) / 1e6;
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(method: string, params: object): Promise<Reply> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const reply = await Promise.race([answered, this.#hungUp]).finally(() => this.#waiting.delete(id));
    if (reply.error !== undefined) throw new Error(reply.error.message);
    return reply;
  }
}
