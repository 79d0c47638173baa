import { rulesFor } from '../../core/agent/certificate-rules.ts';
import type { NoticeCode } from '../../core/agent/notice-codes.ts';
import { hasAnchors, type Policy } from '../../core/agent/policy.ts';
import type { RunningOut } from '../../core/agent/revocation-warnings.ts';
import { judgeCardCertificate, refused } from '../../core/pki/card-certificate.ts';
import type { JudgedCertificate } from '../../core/pki/verdict.ts';
import { ClockWatch } from '../revocation/clock-watch.ts';
import { type KeeperRules, RevocationKeeper, type SourceState } from '../revocation/revocation-keeper.ts';
import { RevocationStore } from '../revocation/revocation-store.ts';
import type { StoreProblem } from '../store/repaired-store.ts';
import type { CardCertificate, CertificateJudge } from './certificate-judge.ts';
import { JudgeClient, type StartThread, startJudgeThread } from './judge-client.ts';
import type { Judgement, TrustedCertificate } from './judge-messages.ts';
import { type ReadCertificates, readCertificates, type TrustProblem } from './trust-files.ts';

export type CertificateServiceOptions = {
  readonly policy: Policy;
  /** Where revocation data is kept. */
  readonly stateFolder: string;
  readonly onProblem: (code: NoticeCode, detail: string) => void;
  readonly onStoreProblem: (problem: StoreProblem) => void;
  readonly now?: () => number;
  readonly startThread?: StartThread;
};

/** How judging stands: for diagnosis. */
export type TrustState = {
  /** null: no anchors are configured. */
  readonly certificates: readonly TrustedCertificate[] | null;
  readonly problems: readonly TrustProblem[];
  readonly sources: readonly SourceState[];
  /** How far the clock is behind, milliseconds; 0: it is not. */
  readonly clockBehind: number;
};

/** Where revocation has never been looked at for a card, its user waits for the network for so long, once. */
const FIRST_FETCH_LIMIT_MS = 5_000;
/** A thread that dies again and again is left alone: then the word on every card is no. */
const MAX_LOST = 3;

/**
 * Gives the word on certificates: reads the anchors that the policy names, has the judge's thread judge by them, and keeps
 * revocation data fresh. Without anchors it looks at dates and names alone.
 */
export class CertificateService implements CertificateJudge {
  readonly #options: CertificateServiceOptions;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #runningOutListeners = new Set<(sources: readonly RunningOut[]) => void>();
  readonly #client: JudgeClient;
  readonly #clock: ClockWatch;
  readonly #keeper: RevocationKeeper;
  #policy: Policy;
  #ready: Promise<void>;
  #certificates: readonly TrustedCertificate[] | null = null;
  #problems: readonly TrustProblem[] = [];
  #behindTold = false;
  /** Threads lost in a row without a single judgement. */
  #lost = 0;
  #stopped = false;

  constructor(options: CertificateServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#policy = options.policy;
    this.#client = new JudgeClient(() => this.#threadReplaced(), options.startThread ?? startJudgeThread);
    this.#clock = new ClockWatch(options.stateFolder, options.onStoreProblem);
    this.#keeper = new RevocationKeeper(
      {
        store: new RevocationStore(options.stateFolder, (why) => options.onProblem('Settings_NotSaved', why)),
        clock: this.#clock,
        now: this.#now,
        onNews: () => this.#news(),
        onRunningOut: (sources) => {
          for (const listener of this.#runningOutListeners) listener(sources);
        },
        acceptance: {
          offerList: (url, der, at) => this.#client.offerList({ url, der, at, rules: this.#rules }),
          offerAnswer: (key, der, nonce, at) => this.#client.offerAnswer({ key, der, nonce, at, rules: this.#rules }),
          offerCertificate: (der) => this.#client.offerCertificate(der),
        },
      },
      this.#keeperRules(),
    );
    this.#ready = this.#prepare();
  }

  async judge(certificate: CardCertificate): Promise<JudgedCertificate> {
    const { der, slot, others } = certificate;
    const policy = this.#policy;
    const rules = rulesFor(policy, slot);
    if (!hasAnchors(policy) || der === null) return judgeCardCertificate(der, rules, null, this.#now()).judged;
    await this.#ready;
    const ask = () => this.#client.judge({ der, slot, others, rules, at: this.#judgedAt() });
    let judgement = await ask();
    if (judgement === null) return this.#unjudged(certificate);
    this.#lost = 0;
    this.#keeper.wish(judgement.wishes);
    const patience = performance.now() + FIRST_FETCH_LIMIT_MS;
    // The disk may have what is missing. An issuer that was found brings wishes of its own: then the same once more.
    for (const from of ['disk', 'network', 'disk', 'network'] as const) {
      if (!lacksWord(judgement)) break;
      const left = Math.max(0, patience - performance.now());
      if (!(await this.#keeper.settle(judgement.wishes, from, left))) continue;
      judgement = (await ask()) ?? judgement;
      this.#keeper.wish(judgement.wishes);
    }
    return judgement.judged;
  }

  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRunningOut(listener: (sources: readonly RunningOut[]) => void): () => void {
    this.#runningOutListeners.add(listener);
    return () => this.#runningOutListeners.delete(listener);
  }

  changePolicy(policy: Policy): void {
    this.#policy = policy;
    this.#keeper.changeRules(this.#keeperRules());
    this.#ready = this.#prepareNext();
    void this.#ready.then(() => {
      // What was refused by the old anchors may hold by the new ones.
      this.#keeper.retry();
      this.#news();
    });
  }

  resumed(): void {
    this.#keeper.retry();
  }

  state(): TrustState {
    return {
      certificates: this.#certificates,
      problems: this.#problems,
      sources: this.#keeper.state(),
      clockBehind: this.#clock.turnedBack(this.#now())?.by ?? 0,
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#listeners.clear();
    this.#runningOutListeners.clear();
    await this.#keeper.stop();
    await this.#client.close();
  }

  /** One after the other: what an earlier policy names must not reach the judge after what a later one does. */
  #prepareNext(): Promise<void> {
    return this.#ready.then(() => this.#prepare());
  }

  /** Reads the anchors, and what the disk has of revocation lists. */
  async #prepare(): Promise<void> {
    const policy = this.#policy;
    if (!hasAnchors(policy)) {
      this.#certificates = null;
      this.#problems = [];
      return;
    }
    const { anchors, intermediates, systemAnchors } = policy.certificates;
    const own = await readCertificates(anchors);
    const between = await readCertificates(intermediates);
    // Another policy has come meanwhile, and its turn is next.
    if (policy !== this.#policy || this.#stopped) return;
    const told = await this.#client.trust({
      anchors: own.certificates,
      intermediates: between.certificates,
      system: systemAnchors,
    });
    // Or another thread is about to be told.
    if (policy !== this.#policy || this.#stopped || told === null) return;
    this.#certificates = told.certificates;
    this.#problems = [
      ...own.problems,
      ...between.problems,
      ...malformedIn(own, told.malformed.anchors),
      ...malformedIn(between, told.malformed.intermediates),
      ...(told.systemFault === null ? [] : [{ path: 'system', why: told.systemFault }]),
    ];
    for (const { path, why } of this.#problems.slice(0, 5))
      this.#options.onProblem('Trust_Unusable', `${path}: ${why}`);
    await this.#keeper.start();
  }

  get #rules() {
    return rulesFor(this.#policy, this.#policy.certificates.signInSlot);
  }

  #keeperRules(): KeeperRules {
    const { revocation } = this.#policy;
    const off = revocation.mode === 'off' || !hasAnchors(this.#policy);
    return {
      sources: new Set(off ? [] : revocation.sources),
      lists: off || !revocation.sources.includes('crl') ? [] : revocation.lists,
      fetchIssuers: revocation.fetchIssuers && hasAnchors(this.#policy),
      fetch: { proxy: revocation.proxy, caFile: null, loopback: revocation.loopback ? 'allow' : 'refuse' },
      card: this.#rules,
    };
  }

  /** Where the clock is behind a time that has been, that time counts: an old list must not be young again. */
  #judgedAt(): number {
    const now = this.#now();
    const behind = this.#clock.turnedBack(now);
    if (behind !== null && !this.#behindTold)
      this.#options.onProblem('Clock_TurnedBack', `by ${Math.round(behind.by / 60_000)} minutes`);
    this.#behindTold = behind !== null;
    return this.#clock.reached(now);
  }

  /** Names and dates can still be told; the word is no. */
  #unjudged({ der, slot }: CardCertificate): JudgedCertificate {
    const { verdict } = refused('judge-unavailable');
    const { judged } = judgeCardCertificate(der, rulesFor(this.#policy, slot), null, this.#now());
    return { facts: judged.facts, verdict: { ...verdict, expires: judged.verdict.expires } };
  }

  #threadReplaced(): void {
    this.#lost += 1;
    if (this.#stopped || this.#lost > MAX_LOST) return;
    this.#keeper.forgotten();
    this.#ready = this.#prepareNext();
    void this.#ready.then(() => this.#news());
  }

  #news(): void {
    for (const listener of this.#listeners) listener();
  }
}

function malformedIn({ files }: ReadCertificates, places: readonly number[]): readonly TrustProblem[] {
  const names = new Set(places.map((place) => files[place] ?? ''));
  return [...names].map((path) => ({ path, why: 'holds what is no certificate' }));
}

/** Nothing stands against it but that nothing is known of its revocation. */
function lacksWord({ judged }: Judgement): boolean {
  const { verdict, reasons } = judged.verdict;
  return (
    verdict === 'refused' &&
    reasons.every(
      (reason) => reason === 'revocation-unknown' || reason === 'revocation-stale' || reason === 'issuer-unknown',
    )
  );
}
