import { setTimeout as pause } from 'node:timers/promises';
import { callAgent } from '../../src/main/control/control-client.ts';
import type { ScreenOpener } from '../bench/screen-opener.ts';
import type { SeededRandom } from '../bench/statistics.ts';
import type { Chronicle } from './chronicle.ts';
import { faultOf, type Presented, present } from './passcodes.ts';
import type { SoakCard } from './soak-cards.ts';
import type { Stay, Voice, World } from './world.ts';

/** How often each deed is done, relative to the others. */
const WEIGHTS = [
  ['insert', 8],
  ['insert-mute', 1],
  ['pull', 4],
  ['pull-all', 0.5],
  ['swap', 2],
  ['right-passcode', 10],
  ['wrong-passcode', 2],
  ['unlock', 4],
  ['kill-service', 0.6],
  ['kill-service-twice', 0.4],
  ['stop-service', 0.3],
  ['kill-card-process', 0.25],
  ['hold-card-process', 0.3],
  ['wake-up', 0.3],
  ['rest', 1],
] as const;
type DeedName = (typeof WEIGHTS)[number][0];

const NO_HURRY_MS = [0, 250] as const;
const DOWN_MS = [0, 1_500] as const;
/** From a stutter to longer than the agent's patience with a card process while a card is active. */
const HOLD_MS = [100, 6_000] as const;
const REST_MS = [500, 2_000] as const;
const LAST_TRY_SHARE = 0.3;

/** Does something to the agent's world, again and again, as a number generator says. */
export class Deeds {
  readonly counts = new Map<DeedName, number>();
  readonly presented: Presented[] = [];
  readonly faults: string[] = [];
  readonly #random: SeededRandom;
  readonly #world: World;
  readonly #cards: readonly SoakCard[];
  readonly #opener: ScreenOpener;
  readonly #controlAddress: string;
  readonly #chronicle: Chronicle;
  /** Passcodes on their way and processes held still: their end is waited for last. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** Readers whose card has been offered its last try. */
  readonly #lastTryOffered = new Set<string>();
  #holding = false;

  constructor(parts: {
    readonly random: SeededRandom;
    readonly world: World;
    readonly cards: readonly SoakCard[];
    readonly opener: ScreenOpener;
    readonly controlAddress: string;
    readonly chronicle: Chronicle;
  }) {
    this.#random = parts.random;
    this.#world = parts.world;
    this.#cards = parts.cards;
    this.#opener = parts.opener;
    this.#controlAddress = parts.controlAddress;
    this.#chronicle = parts.chronicle;
  }

  async next(): Promise<void> {
    const name = this.#choose();
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    await this.#do(name);
    await pause(this.#random.between(...NO_HURRY_MS));
  }

  /** Resolves when nothing of what was begun is under way any more. */
  async finished(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #choose(): DeedName {
    const total = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.#random.between(0, total);
    for (const [name, weight] of WEIGHTS) {
      left -= weight;
      if (left < 0) return name;
    }
    return 'rest';
  }

  async #do(name: DeedName): Promise<void> {
    switch (name) {
      case 'insert':
        return this.#insert('sound');
      case 'insert-mute':
        return this.#insert(this.#random.oneOf(['no-atr', 'silent']));
      case 'pull':
        return this.#withCard((stay) => this.#pull(stay));
      case 'pull-all':
        for (const stay of this.#world.occupied) await this.#pull(stay);
        return;
      case 'swap':
        return this.#withCard((stay) => this.#swap(stay));
      case 'right-passcode':
        return this.#present('right');
      case 'wrong-passcode':
        return this.#present('wrong');
      case 'unlock':
        this.#chronicle.deed('unlock the desktop');
        return this.#opener.ask();
      case 'kill-service':
        return this.#restartService(['killed']);
      case 'kill-service-twice':
        return this.#restartService(['killed', 'killed']);
      case 'stop-service':
        return this.#restartService(['terminated']);
      case 'kill-card-process':
        return this.#holding ? undefined : this.#world.killCardProcess();
      case 'hold-card-process':
        return this.#hold();
      case 'wake-up':
        return this.#wakeUp();
      case 'rest':
        await pause(this.#random.between(...REST_MS));
    }
  }

  async #insert(voice: Voice): Promise<void> {
    const free = this.#world.readers.filter((reader) => this.#world.stayIn(reader) === null);
    if (free.length === 0) return;
    await this.#world.insert(this.#random.oneOf(free), this.#random.oneOf(this.#world.outside(this.#cards)), voice);
  }

  async #withCard(deed: (stay: Stay) => Promise<void>): Promise<void> {
    const { occupied } = this.#world;
    if (occupied.length > 0) await deed(this.#random.oneOf(occupied));
  }

  async #pull(stay: Stay): Promise<void> {
    await this.#checkGuard(stay);
    await this.#world.pull(stay);
  }

  async #swap(stay: Stay): Promise<void> {
    await this.#checkGuard(stay);
    // Now and then the very same card: out and in again faster than anyone could see.
    const card = this.#random.next() < 0.3 ? stay.card : this.#random.oneOf(this.#world.outside(this.#cards));
    await this.#world.swap(stay, card);
  }

  /** Nobody's last try may have been made without being asked for. */
  async #checkGuard({ reader, card, voice }: Stay): Promise<void> {
    if (voice === 'sound' && !this.#lastTryOffered.delete(reader) && (await this.#world.triesLeft(reader)) === 0) {
      this.faults.push(`the last try of ${card.cardId} in ${reader} was made unasked`);
    }
  }

  async #present(passcode: Presented['passcode']): Promise<void> {
    const sound = this.#world.occupied.filter(({ voice, card }) => voice === 'sound' && card.valid);
    if (sound.length === 0) return;
    const { reader } = this.#random.oneOf(sound);
    const lastTry = passcode === 'wrong' && this.#random.next() < LAST_TRY_SHARE;
    if (lastTry) this.#lastTryOffered.add(reader);
    this.#chronicle.deed(`${passcode} passcode for ${reader}${lastTry ? ', the last try if need be' : ''}`);
    const presented = present(this.#controlAddress, reader, passcode, lastTry).then((result) => {
      this.presented.push(result);
      this.#chronicle.deed(`${passcode} passcode for ${reader}: ${result.outcome}`);
      const fault = faultOf(result);
      if (fault !== null) this.faults.push(fault);
    });
    this.#begun(presented);
    // Most wait for the answer, some do the next thing meanwhile.
    if (this.#random.next() < 0.7) await presented;
  }

  async #restartService(endings: readonly ('killed' | 'terminated')[]): Promise<void> {
    for (const how of endings) {
      await this.#world.endService(how);
      await pause(this.#random.between(...DOWN_MS) * this.#random.next());
      if (this.#random.next() < 0.3) await this.#withCard((stay) => this.#world.pull(stay));
      await this.#world.startService();
    }
  }

  async #hold(): Promise<void> {
    if (this.#holding) return;
    this.#holding = true;
    const held = this.#world.holdCardProcess(this.#random.between(...HOLD_MS), (ms) => pause(ms));
    this.#begun(held.finally(() => (this.#holding = false)));
    if (this.#random.next() < 0.5) await held;
  }

  async #wakeUp(): Promise<void> {
    this.#chronicle.deed('the machine has woken up, says the host');
    const agent = await callAgent(this.#controlAddress);
    agent?.send({ command: 'resumed' });
    // The answer comes when it has been passed on.
    await agent?.messages().next();
    agent?.close();
  }

  #begun(work: Promise<unknown>): void {
    const kept = work.finally(() => this.#underWay.delete(kept));
    this.#underWay.add(kept);
  }
}
