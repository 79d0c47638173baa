import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoCard, DemoDeed, DemoView } from '../../core/contract/demo.ts';
import { TEST_PIN } from '../../simulator/pki/issue-card.ts';
import { ADA, BEN } from '../../simulator/pki/person.ts';
import { VirtualReader } from '../../simulator/reader/in-process.ts';
import type { WardkeyFolders } from '../store/folders.ts';
import type { StartWindowOptions } from '../window/start-window.ts';
import type { DemoControls } from '../window/window-agent.ts';
import { DemoAuthority } from './demo-authority.ts';
import { DemoCards } from './demo-cards.ts';
import { DemoDesk } from './demo-desk.ts';
import { DemoDesktop } from './demo-desktop.ts';
import { DemoIdle } from './demo-idle.ts';
import { type DemoTrust, demoPolicy } from './demo-policy.ts';
import { VirtualCardHost } from './virtual-card-host.ts';

const CARD_PACE_MS = 15;
const READERS = ['Wardkey virtual reader 1', 'Wardkey virtual reader 2'] as const;
const FIRST_GRACE_SECONDS = 10;
/** On Ada's profile. */
const ADDRESSES: [email: string, mobile: string] = [ADA.email, '07700 900123'];

/**
 * Readers, cards and a desktop that can be played with, and folders that are gone afterwards. The agent, the card driver and
 * the window on top of it are the real ones.
 */
export class DemoWorld implements DemoControls {
  private readonly readers = READERS.map((name) => new VirtualReader(name, { paceMs: CARD_PACE_MS }));
  private readonly host = new VirtualCardHost(this.readers);
  private readonly desktop = new DemoDesktop();
  private readonly idle = new DemoIdle();
  private readonly authority: DemoAuthority;
  private readonly cards: DemoCards;
  private readonly folder = mkdtempSync(join(tmpdir(), 'wardkey-demo-'));
  private readonly inReader: Array<DemoCard | null> = READERS.map(() => null);
  private readonly listeners = new Set<() => void>();
  private service = true;
  private connected = true;
  private graceSeconds = FIRST_GRACE_SECONDS;
  private readonly trust: DemoTrust;
  private desk: DemoDesk | null = null;

  private constructor(authority: DemoAuthority, cards: DemoCards) {
    this.authority = authority;
    this.cards = cards;
    for (const name of ['etc', 'settings', 'state', 'run']) mkdirSync(join(this.folder, name), { mode: 0o700 });
    this.trust = authority.writeInto(join(this.folder, 'etc'));
    this.writePolicy();
    this.desktop.onScreenState(() => this.changed());
  }

  /** @param desk whether blocked cards are unlocked in the window, with a card desk of its own */
  static async open({ desk = false } = {}): Promise<DemoWorld> {
    const authority = await DemoAuthority.open();
    const cards = await DemoCards.issue(authority.authority);
    await authority.publish(cards.certificatesOf('revoked'));
    const world = new DemoWorld(authority, cards);
    if (desk) await world.openDesk();
    return world;
  }

  /** What the agent of this world is made of. */
  get parts(): Pick<StartWindowOptions, 'cards' | 'desktop' | 'idle' | 'demo'> {
    return {
      cards: () => {
        // The agent listens before the service tells what is there.
        queueMicrotask(() => this.host.start());
        return this.host;
      },
      desktop: async () => this.desktop,
      idle: async () => this.idle,
      demo: this,
    };
  }

  get folders(): WardkeyFolders {
    const of = (...names: string[]) => join(this.folder, ...names);
    return {
      settings: of('settings'),
      state: of('state'),
      controlAddress:
        process.platform === 'win32' ? `\\\\.\\pipe\\wardkey-demo-${process.pid}` : of('run', 'agent.sock'),
      policyFile: this.policyFile,
      launch: of('run', 'window'),
      privatePage: of('run', 'desk'),
      browserProfile: of('browser'),
    };
  }

  view(): DemoView {
    return {
      readers: [...this.inReader],
      service: this.service,
      connected: this.connected,
      desktopLocked: this.desktop.screenState() === 'locked',
      lockBroken: this.desktop.lockIsBroken,
      graceSeconds: this.graceSeconds,
      passcode: TEST_PIN,
      addresses: this.desk?.origin == null ? [] : ADDRESSES,
      mail: this.desk?.mail ?? [],
    };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  perform(deed: DemoDeed): void {
    switch (deed.deed) {
      case 'insert':
        this.insert(deed.card, deed.reader);
        break;
      case 'pull':
        this.pull(deed.reader);
        break;
      case 'kill-service':
        this.host.killService();
        this.service = false;
        break;
      case 'start-service':
        this.startAgain();
        break;
      case 'unlock-desktop':
        this.desktop.unlock();
        break;
      case 'drop-session':
        this.host.dropReaders();
        this.connected = false;
        break;
      case 'go-idle':
        this.idle.goIdle();
        break;
      case 'break-lock':
        this.desktop.lockIsBroken = deed.broken;
        break;
      case 'grace':
        this.graceSeconds = deed.seconds;
        this.writePolicy();
        break;
      case 'authorise':
        this.authorise();
        break;
      case 'reset':
        for (const place of READERS.keys()) this.pull(place);
        this.cards.reset();
        this.desk?.reset();
        this.desktop.lockIsBroken = false;
        this.desktop.unlock();
        this.startAgain();
        break;
    }
    this.changed();
  }

  /** Takes its folders and its authority away. */
  close(): void {
    this.desk?.close();
    this.authority.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async openDesk(): Promise<void> {
    const people = [
      { userId: ADA.uuid, name: ADA.name, email: ADDRESSES[0], mobile: ADDRESSES[1] },
      { userId: BEN.uuid, name: BEN.name, email: BEN.email, role: 'ra' as const },
    ];
    const organisation = { name: 'Demonstration Hospital', help: 'the Registration Authority, 01632 960 123' };
    this.desk = await DemoDesk.open({ organisation, people, cards: this.cards.enrolled }, () => {
      // From then on, or no more, cards are unlocked in the window.
      this.writePolicy();
      this.changed();
    });
  }

  /** Ben, who is the RA here, authorises each blocked card that is in a reader. */
  private authorise(): void {
    for (const card of this.inReader) {
      if (card === null || !this.cards.isBlocked(card)) continue;
      // Before it has been joined, of a card of another organisation, or of his own: the desk refuses it, and the window says so.
      void this.desk?.authorise(this.cards.idOf(card), this.cards.ra).catch(() => undefined);
    }
  }

  private startAgain(): void {
    if (!this.service || !this.connected) this.host.start();
    this.service = true;
    this.connected = true;
  }

  private insert(card: DemoCard, place: number): void {
    this.pull(place);
    // One card is in one reader.
    const elsewhere = this.inReader.indexOf(card);
    if (elsewhere >= 0) this.pull(elsewhere);
    this.inReader[place] = card;
    this.readers[place]?.insert(this.cards.get(card), { faults: this.cards.faultsOf(card) });
  }

  private pull(place: number): void {
    this.inReader[place] = null;
    this.readers[place]?.pull();
  }

  private get policyFile(): string {
    return join(this.folder, 'etc', 'policy.json');
  }

  /** Whole or not at all: the running agent reads it at once. */
  private writePolicy(): void {
    const draft = `${this.policyFile}.draft`;
    writeFileSync(draft, JSON.stringify(demoPolicy(this.graceSeconds, this.trust, this.desk?.origin ?? null)));
    renameSync(draft, this.policyFile);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
