import type { CardState } from '../../src/simulator/card/card-state.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import type { Desktop } from '../rig/logind.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';
import type { LineOf } from './agent-lines.ts';
import { AgentProcess, NO_DESKTOP, SESSION_BY_INSERTION } from './agent-process.ts';
import { type Floor, type FloorSight, startFloor } from './floor.ts';

export type SceneOptions = {
  /** How often the service looks at its readers. */
  readonly pollMs: number;
  /** Where a lock is a real one; without it a lock is asked for in vain. */
  readonly desktop?: Desktop;
  /** Sessions begin by insertion unless told. */
  readonly policy?: unknown;
  /** More of the agent's environment. */
  readonly env?: NodeJS.ProcessEnv;
};

/** A service with a reader, someone who plays the cards, the agent, and the C program that is its floor. */
export class Scene {
  readonly pcscd: Pcscd;
  readonly player: CardPlayer;
  readonly reader: PlayedReader;
  readonly readerName: string;
  readonly floor: Floor;
  readonly agent: AgentProcess;

  private constructor(pcscd: Pcscd, player: CardPlayer, floor: Floor, agent: AgentProcess) {
    this.pcscd = pcscd;
    this.player = player;
    this.reader = player.reader(pcscd.ports[0]);
    this.readerName = pcscd.readerNames[0];
    this.floor = floor;
    this.agent = agent;
  }

  /** @param undo takes each thing's end the moment it is started */
  static async set(options: SceneOptions, undo: (what: () => unknown) => void): Promise<Scene> {
    const pcscd = await startPcscd({ pollMs: options.pollMs });
    undo(() => pcscd.stop());
    const player = await CardPlayer.start();
    undo(() => player.stop());
    const floor = await startFloor({ ...process.env, ...pcscd.env }, [pcscd.readerNames[0]]);
    undo(() => floor.stop());
    const env = { ...NO_DESKTOP, ...options.desktop?.env, ...pcscd.env, ...options.env };
    const agent = await AgentProcess.start({ policy: options.policy ?? SESSION_BY_INSERTION, env });
    undo(() => agent.stop());
    const scene = new Scene(pcscd, player, floor, agent);
    await agent.next('state', ({ readers }) => readers.length > 0, 'the agent to see its readers');
    return scene;
  }

  /** Puts the card in; resolves when its session has begun. */
  async insert(card: CardState): Promise<{ seen: FloorSight; began: LineOf<'session-began'> }> {
    const seen = this.sight('inserted');
    const began = this.agent.next('session-began', ({ reader }) => reader === this.readerName, 'the session to begin');
    await this.reader.insert(card);
    return { seen: await seen, began: await began };
  }

  /** What the C program sees next of this kind. */
  sight(kind: FloorSight['kind']): Promise<FloorSight> {
    return this.floor.sights.next(
      (sight) => sight.kind === kind && sight.reader === this.readerName,
      `the C program to see a card ${kind}`,
    );
  }
}
