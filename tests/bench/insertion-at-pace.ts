import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CardState } from '../../src/simulator/card/card-state.ts';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';
import type { ReaderStatus } from './agent-lines.ts';
import type { BenchRun } from './bench-run.ts';
import { trafficOf, untilQuiet } from './card-traffic.ts';
import { type PeerTool, peerTools } from './peer-tools.ts';
import { FAST_POLL_MS } from './removal-behind-floor.ts';
import { Scene } from './scene.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** What one program needed, again and again. Times in milliseconds. */
export type Measured = {
  readonly name: string;
  /** Agent: from the C program's stamp to the verdict in the state. Others: wall time of the command. */
  readonly tookMs: Spread;
  /** From the first command to the last answer that it took. */
  readonly withCardMs: Spread;
  readonly apdus: Spread;
  /** With what the agent reads in the background afterwards. */
  readonly apdusInTotal: Spread | null;
};

export type AtPace = {
  readonly paceMs: number;
  readonly agentFirst: Measured;
  readonly agentKnown: Measured;
  readonly peersFirst: readonly Measured[];
  readonly peersAgain: readonly Measured[];
};

/** The sign-in certificate's slot; its verdict is what a session waits for. */
const SIGN_IN_SLOT = '9A';
/** Nothing comes any more from a reader that is still for so many exchanges, and for at least this long. */
const QUIET = { exchanges: 8, leastMs: 150 };

/**
 * A new card each round: into the reader, out, and in again for the agent; then, with that card in, each of the other
 * programs twice.
 */
export async function measureAtPace(
  { settings, undo }: BenchRun<{ readonly runs: number }>,
  paceMs: number,
): Promise<AtPace> {
  const scene = await Scene.set({ pollMs: FAST_POLL_MS }, undo);
  const { readerName, pcscd } = scene;
  const home = mkdtempSync(join(tmpdir(), 'wardkey-peers-'));
  undo(() => rmSync(home, { recursive: true, force: true }));
  const tools = peerTools(
    { ...process.env, ...pcscd.env, HOME: home, XDG_CACHE_HOME: join(home, 'cache') },
    readerName,
  );
  const quietMs = Math.max(QUIET.leastMs, QUIET.exchanges * paceMs);

  const agentFirst = new Samples('agent, first insertion');
  const agentKnown = new Samples('agent, known card');
  const first = tools.map(({ name }) => new Samples(name));
  const again = tools.map(({ name }) => new Samples(`${name}, again`));

  for (let round = 0; round < settings.runs; round++) {
    const card = await issueCardState({ keys: 'rsa2048', traits: { extendedLength: false } });
    for (const samples of [agentFirst, agentKnown]) {
      await pullAndAwait(scene);
      await measureInsertion(scene, card, paceMs, quietMs, samples);
    }
    for (const samples of [first, again]) {
      for (const [index, tool] of tools.entries()) await measureTool(scene, tool, samples[index], quietMs);
    }
  }
  return {
    paceMs,
    agentFirst: agentFirst.measured(),
    agentKnown: agentKnown.measured(),
    peersFirst: first.map((samples) => samples.measured()),
    peersAgain: again.map((samples) => samples.measured()),
  };
}

class Samples {
  readonly #name: string;
  readonly #tookMs: number[] = [];
  readonly #withCardMs: number[] = [];
  readonly #apdus: number[] = [];
  readonly #inTotal: number[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  add(tookMs: number, traffic: { apdus: number; spanMs: number }, inTotal: number | null): void {
    this.#tookMs.push(tookMs);
    this.#withCardMs.push(traffic.spanMs);
    this.#apdus.push(traffic.apdus);
    if (inTotal !== null) this.#inTotal.push(inTotal);
  }

  measured(): Measured {
    return {
      name: this.#name,
      tookMs: spreadOf(this.#tookMs),
      withCardMs: spreadOf(this.#withCardMs),
      apdus: spreadOf(this.#apdus),
      apdusInTotal: this.#inTotal.length === 0 ? null : spreadOf(this.#inTotal),
    };
  }
}

async function pullAndAwait(scene: Scene): Promise<void> {
  const removed = scene.sight('removed');
  if ((await scene.reader.pull()) !== null) await removed;
}

async function measureInsertion(
  scene: Scene,
  card: CardState,
  paceMs: number,
  quietMs: number,
  samples: Samples,
): Promise<void> {
  const { agent, reader, readerName } = scene;
  await reader.clearLog();
  const sight = scene.sight('inserted');
  const told = agent.next('state', ({ readers }) => verdictIn(readers, readerName) !== null, 'a verdict');
  await reader.insert(card, { paceMs });
  const [seen, state] = await Promise.all([sight, told]);
  const verdict = verdictIn(state.readers, readerName);
  if (verdict !== 'accepted') throw new Error(`the agent judged a good certificate as ${verdict}`);
  const untilVerdict = await trafficOf(reader, state.monotonicMs);
  await untilQuiet(reader, quietMs);
  samples.add(state.monotonicMs - seen.at, untilVerdict, await reader.apduCount());
}

function verdictIn(readers: readonly ReaderStatus[], name: string): string | null {
  const certificates = readers.find(({ reader }) => reader === name)?.card?.certificates ?? [];
  return certificates.find(({ slot }) => slot === SIGN_IN_SLOT)?.verdict ?? null;
}

async function measureTool(
  { reader }: Scene,
  tool: PeerTool,
  samples: Samples | undefined,
  quietMs: number,
): Promise<void> {
  await untilQuiet(reader, quietMs);
  await reader.clearLog();
  const tookMs = await tool.run();
  samples?.add(tookMs, await trafficOf(reader), null);
}
