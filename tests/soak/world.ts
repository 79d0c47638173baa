import type { Fault } from '../../src/simulator/card/faults.ts';
import type { CardPlayer, PlayedReader } from '../../src/simulator/reader/card-player.ts';
import type { AgentProcess } from '../bench/agent-process.ts';
import { monotonicMs } from '../bench/clock.ts';
import { parentOf } from '../bench/process-usage.ts';
import type { Pcscd } from '../rig/pcscd.ts';
import { type Chronicle, shortId } from './chronicle.ts';
import type { SoakCard } from './soak-cards.ts';
import type { Witness } from './witness.ts';

/** How a card behaves in its reader: as it should, without answer to reset, or without answer to any command. */
export type Voice = 'sound' | 'no-atr' | 'silent';

/** One card in one reader, from going in to being taken out; restarts of the service do not end it. */
export type Stay = {
  readonly reader: string;
  readonly card: SoakCard;
  readonly voice: Voice;
  /** Not later than the card was in. */
  readonly from: number;
  until: number | null;
};

/** A card that the agent can no longer vouch for. Times in milliseconds of the monotonic clock. */
export type Loss = { readonly reader: string; readonly at: number; readonly why: string };

const FAULTS: Record<Voice, readonly Fault[]> = {
  sound: [],
  'no-atr': [{ kind: 'no-atr' }],
  silent: [{ kind: 'mute', at: { apdu: 1 } }],
};
const LOOK_MS = 200;
const AFTERMATH_MS = 500;
/** A card process that is silent for longer than this while a card is active must have been noticed. */
const HANG_NOTICED_MS = 4_500;

/** What is really the case, whatever the agent believes: the driver's hands and its memory. */
export class World {
  readonly stays: Stay[] = [];
  readonly losses: Loss[] = [];
  /** What went wrong and can be seen from here, in words. */
  readonly faults: string[] = [];
  /** Readers that the driver uses: one of each pair, since a silent card blocks its whole driver library. */
  readonly readers: readonly string[];
  /** Deaths of the card process that the driver did not cause. */
  unprovokedDeaths = 0;
  serviceRuns = true;
  readonly #pcscd: Pcscd;
  readonly #player: CardPlayer;
  readonly #agent: AgentProcess;
  readonly #witness: Witness;
  readonly #chronicle: Chronicle;
  readonly #provoked = new Set<number>();
  #cardProcess: { pid: number; seenAt: number } | null = null;

  constructor(parts: {
    readonly pcscd: Pcscd;
    readonly player: CardPlayer;
    readonly agent: AgentProcess;
    readonly witness: Witness;
    readonly chronicle: Chronicle;
  }) {
    this.#pcscd = parts.pcscd;
    this.#player = parts.player;
    this.#agent = parts.agent;
    this.#witness = parts.witness;
    this.#chronicle = parts.chronicle;
    this.readers = parts.pcscd.readers.filter((_, index) => index % 2 === 0).map(({ name }) => name);
  }

  stayIn(reader: string): Stay | null {
    return this.stays.findLast((stay) => stay.reader === reader && stay.until === null) ?? null;
  }

  get occupied(): readonly Stay[] {
    return this.stays.filter(({ until }) => until === null);
  }

  /** Cards that are in no reader. */
  outside(cards: readonly SoakCard[]): readonly SoakCard[] {
    const inside = new Set(this.occupied.map(({ card }) => card.cardId));
    return cards.filter(({ cardId }) => !inside.has(cardId));
  }

  /** Resolves when the virtual reader has the card, which needs the service. */
  async insert(reader: string, card: SoakCard, voice: Voice): Promise<void> {
    this.#chronicle.deed(`insert ${shortId(card.cardId)} (${voice}) into ${reader}`);
    this.stays.push({ reader, card, voice, from: monotonicMs(), until: null });
    await this.#played(reader).insert(card.state, { faults: FAULTS[voice] });
  }

  async pull(stay: Stay): Promise<void> {
    this.#chronicle.deed(`pull ${shortId(stay.card.cardId)} out of ${stay.reader}`);
    this.#left(stay, await this.#played(stay.reader).pull(), 'pulled');
  }

  /** One out and the other in before the service has looked. */
  async swap(stay: Stay, card: SoakCard): Promise<void> {
    this.#chronicle.deed(`swap ${shortId(stay.card.cardId)} for ${shortId(card.cardId)} in ${stay.reader}`);
    const from = monotonicMs();
    const pulledAt = await this.#played(stay.reader).swap(card.state);
    this.#left(stay, pulledAt, 'swapped');
    this.stays.push({ reader: stay.reader, card, voice: 'sound', from, until: null });
  }

  async triesLeft(reader: string): Promise<number | null> {
    return (await this.#played(reader).snapshot())?.pin.triesLeft ?? null;
  }

  async endService(how: 'killed' | 'terminated'): Promise<void> {
    this.#chronicle.deed(`service ${how}`);
    this.serviceRuns = false;
    this.#loseAll(`service ${how}`, monotonicMs());
    await (how === 'killed' ? this.#pcscd.kill() : this.#pcscd.terminate());
  }

  async startService(): Promise<void> {
    this.#chronicle.deed('service starts');
    await this.#pcscd.restart();
    this.serviceRuns = true;
  }

  killCardProcess(): void {
    const pid = this.#agent.cardProcessPid();
    if (pid === null) return;
    this.#chronicle.deed(`card process ${pid} killed`);
    this.#provoked.add(pid);
    this.#loseAll('card process killed', monotonicMs());
    signal(pid, 'SIGKILL');
  }

  /** Holds the card process still. Its death meanwhile is the agent's answer, and the loss of every card. */
  async holdCardProcess(ms: number, pause: (ms: number) => Promise<void>): Promise<void> {
    const pid = this.#agent.cardProcessPid();
    if (pid === null) return;
    this.#chronicle.deed(`card process ${pid} held for ${Math.round(ms)} ms`);
    this.#provoked.add(pid);
    const at = monotonicMs();
    const inside = this.occupied.map(({ reader }) => reader);
    const active = this.#witness.active.size;
    signal(pid, 'SIGSTOP');
    await pause(ms);
    signal(pid, 'SIGCONT');
    this.#chronicle.deed(`card process ${pid} may go on`);
    // The agent may have given it up at this very moment.
    await pause(AFTERMATH_MS);
    if (parentOf(pid) === this.#agent.pid) {
      this.#provoked.delete(pid);
      if (active > 0 && ms > HANG_NOTICED_MS) this.faults.push(`a hang of ${Math.round(ms)} ms was not noticed`);
      return;
    }
    this.#chronicle.deed(`card process ${pid} was given up by the agent`);
    for (const reader of inside) this.losses.push({ reader, at, why: 'card process hung' });
    this.losses.sort((one, other) => one.at - other.at);
  }

  /** Looks after the card process: if it dies by itself, that is the loss of every card too, and worth a question. */
  watchCardProcess(): () => void {
    const look = () => {
      const known = this.#cardProcess;
      const now = monotonicMs();
      if (known !== null && parentOf(known.pid) === this.#agent.pid) {
        known.seenAt = now;
        return;
      }
      if (known !== null && !this.#provoked.has(known.pid)) {
        this.unprovokedDeaths += 1;
        this.#chronicle.deed(`card process ${known.pid} has died by itself`);
        this.#loseAll('card process died', known.seenAt);
      }
      const pid = this.#agent.cardProcessPid();
      this.#cardProcess = pid === null ? null : { pid, seenAt: now };
    };
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }

  #left(stay: Stay, at: number | null, why: string): void {
    const gone = at ?? monotonicMs();
    stay.until = gone;
    this.losses.push({ reader: stay.reader, at: gone, why });
  }

  #loseAll(why: string, at: number): void {
    for (const { reader } of this.occupied) this.losses.push({ reader, at, why });
  }

  #played(reader: string): PlayedReader {
    const port = this.#pcscd.readers.find(({ name }) => name === reader)?.port;
    if (port === undefined) throw new Error(`no reader ${reader}`);
    return this.#player.reader(port);
  }
}

/** A process that has just ended needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
