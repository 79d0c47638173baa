import { createHmac, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../core/agent/policy.ts';
import { snapshotOf } from '../../core/agent/status.ts';
import type { DesktopSession } from '../../core/contract/desktop-session.ts';
import type { AgentRuntime } from '../agent/agent-runtime.ts';
import {
  agentFinding,
  cardFindings,
  clockFinding,
  type Finding,
  lockFinding,
  networkFinding,
  policyFinding,
  settingsFinding,
} from '../doctor/diagnosis.ts';
import type { LoadedPolicy } from '../store/policy-source.ts';

const LOOKUP_LIMIT_MS = 3_000;
const MAX_AUDIT_LINES = 500;

export type ExaminationParts = {
  readonly runtime: AgentRuntime;
  readonly desktop: DesktopSession;
  readonly policy: () => LoadedPolicy;
  /** What was found wrong with settings files since the start. */
  readonly settingsProblems: () => readonly string[];
  readonly auditFile: string;
  readonly reportFolder: string;
  readonly version: string;
};

/** The running agent looks at itself and its surroundings: for the screen, and as a file for the help desk. */
export class Examination {
  private readonly parts: ExaminationParts;

  constructor(parts: ExaminationParts) {
    this.parts = parts;
  }

  /** In the order in which one thing needs the other. Costs no try. */
  async examine(): Promise<Finding[]> {
    const { runtime, desktop, policy, settingsProblems } = this.parts;
    const [network, lock] = await Promise.all([lookAtNetwork(runtime.state.policy), lockFinding(desktop)]);
    return [
      ...cardFindings(runtime.state),
      clockFinding(new Date()),
      network,
      policyFinding(policy()),
      settingsFinding(settingsProblems()),
      lock,
      agentFinding(true),
    ];
  }

  /**
   * Writes what a help desk wants to know, without personal data: no names, no certificates' holders, no contacts; cards by
   * numbers that mean nothing outside this one file. Resolves with the file's path, or null when it could not be written.
   */
  async report(): Promise<string | null> {
    const { runtime, reportFolder, version } = this.parts;
    const alias = cardAliases();
    const { organisation, ...policy } = runtime.state.policy;
    const snapshot = snapshotOf(runtime.state);
    const report = {
      report: 'wardkey',
      made: new Date().toISOString(),
      version,
      system: { platform: process.platform, release: release(), arch: arch(), node: process.versions.node },
      findings: await this.examine(),
      state: {
        ...snapshot,
        readers: snapshot.readers.map(({ card, ...reader }) => ({
          ...reader,
          card:
            card === null
              ? null
              : {
                  ...card,
                  cardId: alias(card.cardId),
                  certificates: card.certificates.map((each) => ({ ...each, holder: null })),
                },
        })),
      },
      policy: { ...policy, organisation: { pages: Object.keys(organisation.pages) } },
      audit: await this.auditTail(alias),
    };
    const file = join(reportFolder, `wardkey-report-${report.made.replaceAll(/[:.]/g, '-')}.json`);
    try {
      await mkdir(reportFolder, { recursive: true, mode: 0o700 });
      await writeFile(file, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      return file;
    } catch {
      return null;
    }
  }

  private async auditTail(alias: (cardId: string | null) => string | null): Promise<unknown[]> {
    const text = await readFile(this.parts.auditFile, 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n').slice(-MAX_AUDIT_LINES);
    return lines.flatMap((line) => {
      try {
        const entry: unknown = JSON.parse(line);
        if (typeof entry !== 'object' || entry === null) return [];
        return 'cardId' in entry && typeof entry.cardId === 'string'
          ? [{ ...entry, cardId: alias(entry.cardId) }]
          : [entry];
      } catch {
        return [];
      }
    });
  }
}

/** The same card has the same number within one report, and another in the next. */
function cardAliases(): (cardId: string | null) => string | null {
  const key = randomBytes(32);
  return (cardId) =>
    cardId === null ? null : `card-${createHmac('sha256', key).update(cardId).digest('hex').slice(0, 8)}`;
}

/** Whether the names of the organisation's pages can be found; nothing is asked of the pages themselves. */
async function lookAtNetwork(policy: Policy): Promise<Finding> {
  const [page] = Object.values(policy.organisation.pages).filter((each) => each !== undefined);
  const host = page === undefined ? undefined : new URL(page).hostname;
  if (host === undefined) return networkFinding(null, false);
  const limit = AbortSignal.timeout(LOOKUP_LIMIT_MS);
  const timedOut = new Promise<boolean>((resolve) => limit.addEventListener('abort', () => resolve(false)));
  const found = lookup(host).then(
    () => true,
    () => false,
  );
  return networkFinding(host, await Promise.race([found, timedOut]));
}
