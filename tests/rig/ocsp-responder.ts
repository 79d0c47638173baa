import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CertificateWithKey } from '../../src/simulator/pki/test-authority.ts';

const YEAR_MS = 365 * 86_400_000;

export type ResponderOptions = {
  /** PEM of the authority that it answers for. */
  readonly authority: string;
  readonly signer: CertificateWithKey;
  /** Certificates, as DER; it knows no others. */
  readonly good: readonly Uint8Array[];
  readonly revoked?: readonly Uint8Array[];
  /** How long an answer holds, minutes. */
  readonly minutes?: number;
};

/** `openssl ocsp` as a responder on loopback, a process of its own. */
export class OcspResponder {
  readonly url: string;
  readonly #port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}/`;
    this.#child = child;
    this.#folder = folder;
  }

  static async start({
    authority,
    signer,
    good,
    revoked = [],
    minutes = 60,
  }: ResponderOptions): Promise<OcspResponder> {
    const folder = mkdtempSync(join(tmpdir(), 'wardkey-responder-'));
    const write = (name: string, content: string) => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const lines = [...good.map((der) => line('V', '', der)), ...revoked.map((der) => line('R', utc(Date.now()), der))];
    const files = ['-index', write('index.txt', lines.join('')), '-CA', write('ca.pem', authority)];
    const by = ['-rsigner', write('signer.pem', signer.certificate), '-rkey', write('signer.key', signer.key)];
    const child = spawn('openssl', ['ocsp', ...files, ...by, '-port', '0', '-nmin', String(minutes)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, OPENSSL_CONF: '/dev/null' },
    });
    return new OcspResponder(await portOf(child), child, folder);
  }

  /** Passes a question on, as a proxy would: for tests that come in between. */
  pass(question: IncomingMessage, answer: ServerResponse): void {
    const { method, headers } = question;
    const onward = request({ host: '127.0.0.1', port: this.#port, path: '/', method, headers }, (told) => {
      answer.writeHead(told.statusCode ?? 502, { 'content-type': 'application/ocsp-response' });
      told.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    question.pipe(onward);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** As `openssl ca` writes it: state, end, revocation with its reason, serial number, file, name. */
function line(state: 'V' | 'R', revoked: string, der: Uint8Array): string {
  const { serialNumber } = new X509Certificate(der);
  const since = revoked === '' ? '' : `${revoked},keyCompromise`;
  return `${[state, utc(Date.now() + YEAR_MS), since, serialNumber, 'unknown', '/CN=x'].join('\t')}\n`;
}

/** `ACCEPT 127.0.0.1:40123 PID=4711` */
async function portOf({ stdout, stderr }: ChildProcess): Promise<number> {
  for (const output of [stdout, stderr]) {
    if (output === null) continue;
    for await (const text of createInterface({ input: output })) {
      const found = /^ACCEPT .*:(\d+)( |$)/.exec(text)?.[1];
      if (found !== undefined) return Number(found);
    }
  }
  throw new Error('openssl ocsp did not start');
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`;
}
