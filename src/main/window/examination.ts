import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, homedir, release } from 'node:os';
import { join } from 'node:path';
import { snapshotOf } from '../../core/agent/status.ts';
import type { DesktopSession } from '../../core/contract/desktop-session.ts';
import type { AgentRuntime } from '../agent/agent-runtime.ts';
import type { TrustState } from '../certificates/certificate-service.ts';
import type { Finding } from '../doctor/diagnosis.ts';
import { examineComputer } from '../doctor/examine-computer.ts';
import type { LoadedPolicy } from '../store/policy-source.ts';

const MAX_AUDIT_LINES = 500;

export type ExaminationParts = {
  readonly runtime: AgentRuntime;
  readonly desktop: DesktopSession;
  readonly policy: () => LoadedPolicy;
  readonly trust: () => TrustState;
  /** What was found wrong with settings files since the start. */
  readonly settingsProblems: () => readonly string[];
  readonly auditFile: string;
  readonly reportFolder: string;
  readonly version: string;
};

/** The running agent looks at itself and its surroundings: for the screen, and as a file for the help desk. */
export class Examination {
  private readonly parts: ExaminationParts;
  private underWay: Promise<Finding[]> | null = null;

  constructor(parts: ExaminationParts) {
    this.parts = parts;
  }

  /** One at a time: whoever asks meanwhile gets what the one under way finds, so that nothing is asked of the network twice. */
  examine(): Promise<Finding[]> {
    const { runtime, desktop, policy, settingsProblems, trust } = this.parts;
    this.underWay ??= examineComputer({
      state: () => runtime.state,
      trust,
      desktop,
      policy,
      settingsProblems,
      agentRuns: true,
    }).finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  /**
   * Writes what a help desk wants to know, without personal data: no names, no certificates' holders, no contacts; cards and
   * certificates by numbers that mean nothing outside this one file. Resolves with the file's path, or null when it could not be written.
   */
  async report(): Promise<string | null> {
    const { runtime, reportFolder, version } = this.parts;
    const alias = aliases();
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
                  cardId: card.cardId === null ? null : alias('card', card.cardId),
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
      await writeFile(file, `${withoutHome(JSON.stringify(report, null, 2))}\n`, { mode: 0o600, flag: 'wx' });
      return file;
    } catch {
      return null;
    }
  }

  private async auditTail(alias: Alias): Promise<unknown[]> {
    const text = await readFile(this.parts.auditFile, 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n').slice(-MAX_AUDIT_LINES);
    return lines.flatMap((line) => {
      try {
        const entry: unknown = JSON.parse(line);
        if (typeof entry !== 'object' || entry === null) return [];
        return [Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, aliased(name, value, alias)]))];
      } catch {
        return [];
      }
    });
  }
}

type Alias = (kind: 'card' | 'certificate', id: string) => string;

/** The same card has the same number within one report, and another in the next; so has a certificate. */
function aliases(): Alias {
  const key = randomBytes(32);
  return (kind, id) => `${kind}-${createHmac('sha256', key).update(id).digest('hex').slice(0, 8)}`;
}

/** What in an audit line leads to one card, and through it to one person. */
function aliased(name: string, value: unknown, alias: Alias): unknown {
  if (typeof value !== 'string') return value;
  if (name === 'cardId') return alias('card', value);
  return name === 'fingerprint' ? alias('certificate', value) : value;
}

/** The user's folder is usually called after the user. */
function withoutHome(json: string): string {
  const home = JSON.stringify(homedir()).slice(1, -1);
  return home.length > 1 ? json.replaceAll(home, '~') : json;
}
