import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptResult } from '../../core/agent/effects.ts';
import { codeOfCardFailure, FAILURES } from '../../core/agent/failure-codes.ts';
import type { AgentPhase } from '../../core/agent/phases.ts';
import { DEFAULT_POLICY } from '../../core/agent/policy.ts';
import { agentPhase } from '../../core/agent/status.ts';
import type { CertificateSlot } from '../../core/contract/card-process.ts';
import type { VirtualPivCard } from '../../simulator/card/piv-card.ts';
import { issueCard, TEST_PIN } from '../../simulator/pki/issue-card.ts';
import { BEN } from '../../simulator/pki/person.ts';
import { VirtualReader } from '../../simulator/reader/in-process.ts';
import { type AgentNews, AgentRuntime } from '../agent/agent-runtime.ts';
import { DemoDesktop } from './demo-desktop.ts';
import { VirtualCardHost } from './virtual-card-host.ts';

/**
 * `npm run demo -- --terminal`: the main job in a terminal, on an embedded virtual reader with a virtual card at a real card's pace. The
 * agent, the card driver and the policy are the real ones; reader and desktop are not. On a terminal it can then be played
 * with by keys.
 */

const DAY_MS = 86_400_000;
const CARD_PACE_MS = 15;
const GRACE_SECONDS = 3;
/** Nobody types a password faster; an earlier unlock is taken for a lock that fell. */
const UNLOCK_AFTER_MS = 1_500;

const PHASES: Record<AgentPhase, string> = {
  starting: 'starting',
  'no-service': 'the smartcard service is not running',
  'no-reader': 'no reader',
  'no-card': 'no card in the reader',
  grace: `card out: put the same card back within ${GRACE_SECONDS} s to stay signed in`,
  locked: 'DESKTOP LOCKED',
  mute: 'the card does not answer',
  reading: 'reading the card',
  unsupported: 'this card cannot be used',
  unreadable: 'the card cannot be read',
  'awaiting-passcode': 'waiting for the passcode',
  'awaiting-insertion': 'waiting for the card to be put in again',
  checking: 'checking the passcode',
  active: 'SIGNED IN',
  blocked: 'the card is blocked',
  'certificate-trouble': 'the certificate is in trouble',
};

const CERTIFICATES: Record<CertificateSlot, string> = {
  '9A': 'sign-in',
  '9C': 'signing',
  '9D': 'encryption',
  '9E': 'card',
};

class Demo {
  readonly reader = new VirtualReader('Wardkey virtual reader', { paceMs: CARD_PACE_MS });
  readonly cards = new VirtualCardHost([this.reader]);
  readonly desktop = new DemoDesktop();
  readonly runtime = new AgentRuntime({
    cards: this.cards,
    desktop: this.desktop,
    bootId: 'demo',
    policy: {
      ...DEFAULT_POLICY,
      removal: { ...DEFAULT_POLICY.removal, 'card-pulled': { action: 'lock', graceSeconds: GRACE_SECONDS } },
    },
  });
  private readonly began = performance.now();
  private phase: AgentPhase | null = null;

  constructor() {
    this.runtime.listen((news) => this.hear(news));
    this.runtime.start();
    this.cards.start();
  }

  say(line: string): void {
    process.stdout.write(`${((performance.now() - this.began) / 1000).toFixed(3).padStart(8)} s  ${line}\n`);
  }

  async until(...phases: AgentPhase[]): Promise<void> {
    while (!phases.includes(agentPhase(this.runtime.state))) {
      await new Promise<void>((resolve) => {
        const stop = this.runtime.listen(() => {
          stop();
          resolve();
        });
      });
    }
  }

  async tryPasscode(text: string, lastTry = false): Promise<void> {
    this.say(`you type ${'•'.repeat(text.length)}`);
    const secrets = [new TextEncoder().encode(text)];
    const attempt = { kind: 'verify', reader: this.reader.name, cardId: null, secrets, lastTry } as const;
    this.answer(await this.runtime.attempt(attempt));
  }

  private answer(result: AttemptResult): void {
    if (result.ok) return;
    const code = 'code' in result ? result.code : codeOfCardFailure(result.failure);
    const left =
      'failure' in result && 'triesLeft' in result.failure ? ` Tries left: ${result.failure.triesLeft}.` : '';
    this.say(`  ${FAILURES[code].says}${left} ${FAILURES[code].next}`);
  }

  private hear(news: AgentNews): void {
    if (news.type === 'state') {
      const phase = agentPhase(news.state);
      if (phase !== this.phase) this.say(`  Wardkey: ${PHASES[phase]}`);
      this.phase = phase;
      return;
    }
    if (news.type !== 'effect') return;
    const { effect } = news;
    if (effect.type === 'warn-of-expiry') {
      const date = new Date(effect.notAfter).toLocaleDateString('en-GB', { dateStyle: 'long' });
      this.say(
        `  Warning: your ${CERTIFICATES[effect.slot]} certificate ends in ${effect.daysLeft} days, on ${date}. After that only your RA can help.`,
      );
    }
    if (effect.type === 'settled') this.say(`  Removal ${effect.decision}: ${effect.trigger ?? effect.by}`);
  }
}

export async function tellStory(): Promise<void> {
  process.stdout.write('Wardkey demo: the real agent and card driver, on a virtual reader and a desktop on paper.\n\n');
  const soon = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 25.5 * DAY_MS) };
  const ada = await issueCard({ keys: 'p256', validity: soon });
  const ben = await issueCard({ keys: 'p256', person: BEN });
  const demo = new Demo();

  demo.say('Ada puts her card in');
  demo.reader.insert(ada);
  await demo.until('awaiting-passcode');
  await demo.tryPasscode('135790');
  await demo.tryPasscode(TEST_PIN);
  await sleep(800);
  demo.say('Ada takes her card out, and thinks better of it');
  demo.reader.pull();
  await sleep(1_000);
  demo.reader.insert(ada);
  await demo.until('active');
  await sleep(800);
  demo.say('Ada takes her card out and leaves');
  demo.reader.pull();
  await demo.until('locked');
  await sleep(UNLOCK_AFTER_MS);
  demo.desktop.unlock();
  demo.say('the desktop is unlocked; Ada signs in again');
  demo.reader.insert(ada);
  await demo.until('awaiting-passcode');
  await demo.tryPasscode(TEST_PIN);
  demo.say('Ada takes her card out, and Ben puts his in');
  demo.reader.pull();
  demo.reader.insert(ben);
  await demo.until('locked');
  await sleep(UNLOCK_AFTER_MS);
  demo.desktop.unlock();
  if (process.stdin.isTTY) await play(demo, { a: ada, b: ben });
  await demo.runtime.stop();
}

async function play(demo: Demo, cards: Record<'a' | 'b', VirtualPivCard>): Promise<void> {
  process.stdout.write(
    "\nYour turn: [a] Ada's card in  [b] Ben's card in  [p] pull  [v] right passcode  [w] wrong passcode\n",
  );
  process.stdout.write(
    '           [l] wrong, even as the last try  [u] unlock the desktop  [k] kill the service  [s] start it  [q] quit\n\n',
  );
  process.stdin.setRawMode(true);
  process.stdin.resume();
  for await (const bytes of process.stdin) {
    const key = String(bytes);
    if (key === 'q' || key === '\u0003') break;
    if ((key === 'a' || key === 'b') && demo.reader.atr !== null) demo.reader.pull();
    if (key === 'a' || key === 'b') demo.reader.insert(cards[key]);
    if (key === 'p') demo.reader.pull();
    if (key === 'v') void demo.tryPasscode(TEST_PIN);
    if (key === 'w') void demo.tryPasscode('135790');
    if (key === 'l') void demo.tryPasscode('135790', true);
    if (key === 'u') demo.desktop.unlock();
    if (key === 'k') demo.cards.killService();
    if (key === 's') demo.cards.start();
  }
  process.stdin.setRawMode(false);
}
