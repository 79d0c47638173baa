import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Policy, parsePolicy } from '../../../src/core/agent/policy.ts';
import { CertificateService } from '../../../src/main/certificates/certificate-service.ts';
import { testKeys } from '../../../src/simulator/pki/key-pool.ts';
import { ADA } from '../../../src/simulator/pki/person.ts';
import { TestAuthority } from '../../../src/simulator/pki/test-authority.ts';

const DAY = 86_400_000;

let folder = '';
let ours: TestAuthority;
let theirs: TestAuthority;
let card: Uint8Array;
let problems: string[];
let service: CertificateService | null = null;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-service-'));
  problems = [];
  ours = await TestAuthority.create({ name: 'Ours' });
  theirs = await TestAuthority.create({ name: 'Theirs' });
  for (const [name, authority] of [
    ['ours', ours],
    ['theirs', theirs],
  ] as const) {
    writeFileSync(at(`${name}.der`), authority.rootCertificate);
    writeFileSync(at(`${name}-issuing.der`), authority.issuingCertificate);
  }
  const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + DAY) };
  card = await ours.issue({ person: ADA, slot: '9a', key: await testKeys.take('p256'), validity });
});
afterEach(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);

function policyOf(certificates: object): Policy {
  const result = parsePolicy(JSON.stringify({ certificates, revocation: { mode: 'off' } }));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

const by = (name: 'ours' | 'theirs') =>
  policyOf({ anchors: [at(`${name}.der`)], intermediates: [at(`${name}-issuing.der`)] });

function start(policy: Policy): CertificateService {
  mkdirSync(at('state'));
  service = new CertificateService({
    policy,
    stateFolder: at('state'),
    onProblem: (code, detail) => problems.push(`${code} ${detail}`),
    onStoreProblem: ({ kind }) => problems.push(kind),
  });
  return service;
}

async function wordOf(running: CertificateService, der: Uint8Array | null = card) {
  const { verdict } = await running.judge({ der, slot: '9A', others: [] });
  return [verdict.judgedBy, verdict.verdict, ...verdict.reasons].join(' ');
}

const newsOf = (running: CertificateService) =>
  new Promise<void>((resolve) => {
    const stop = running.onNews(() => {
      stop();
      resolve();
    });
  });

describe('While it runs, anchors', () => {
  it('may come: what was judged by dates is judged by its path', async () => {
    const running = start(policyOf({}));
    expect(await wordOf(running)).toBe('dates accepted');
    expect(running.state().certificates).toBeNull();
    running.changePolicy(by('ours'));
    expect(await wordOf(running)).toBe('path accepted');
    expect(running.state().certificates).toMatchObject([{ name: 'Ours Root' }, { name: 'Ours Authentication' }]);
  });

  it('may be changed: the word is that of the new ones at once, and it is told', async () => {
    const running = start(by('ours'));
    expect(await wordOf(running)).toBe('path accepted');
    const news = newsOf(running);
    running.changePolicy(by('theirs'));
    expect(await wordOf(running)).toBe('path refused issuer-unknown');
    await news;
    running.changePolicy(by('ours'));
    running.changePolicy(by('theirs'));
    running.changePolicy(by('ours'));
    expect(await wordOf(running)).toBe('path accepted');
    expect(running.state().certificates).toMatchObject([{ name: 'Ours Root' }, { name: 'Ours Authentication' }]);
  });

  it('may go: dates and names alone count', async () => {
    const running = start(by('theirs'));
    expect(await wordOf(running)).toBe('path refused issuer-unknown');
    running.changePolicy(policyOf({}));
    expect(await wordOf(running)).toBe('dates accepted');
    expect(running.state()).toMatchObject({ certificates: null, problems: [] });
  });
});

describe('Anchors that cannot be used', () => {
  it('are told, and nobody is trusted for them: not even by dates', async () => {
    writeFileSync(at('broken.der'), Uint8Array.of(0x30, 0x82, 0xff, 0xff));
    const running = start(policyOf({ anchors: [at('none.der'), at('broken.der')] }));
    expect(await wordOf(running)).toBe('path refused issuer-unknown');
    expect(running.state().certificates).toEqual([]);
    expect(problems).toEqual([
      expect.stringMatching(/^Trust_Unusable .*none\.der: ENOENT/),
      expect.stringMatching(/^Trust_Unusable .*broken\.der: holds what is no certificate/),
    ]);
  });

  it('do not stand in the way of others', async () => {
    const running = start(
      policyOf({ anchors: [at('none.der'), at('ours.der')], intermediates: [at('ours-issuing.der')] }),
    );
    expect(await wordOf(running)).toBe('path accepted');
    expect(running.state().problems).toMatchObject([{ path: at('none.der') }]);
  });

  it('of the operating system may be added', async () => {
    const running = start(
      policyOf({ systemAnchors: true, anchors: [at('ours.der')], intermediates: [at('ours-issuing.der')] }),
    );
    expect(await wordOf(running)).toBe('path accepted');
    expect(running.state().certificates?.[0]).toMatchObject({ name: 'Ours Root' });
  });
});

describe('What comes from a card', () => {
  it('and is nothing, or no certificate, is refused by what it is', async () => {
    const running = start(by('ours'));
    expect(await wordOf(running, null)).toBe('dates refused absent');
    expect(await wordOf(running, new Uint8Array())).toBe('dates refused not-a-certificate');
    expect(await wordOf(running, Uint8Array.of(0x30, 0))).toBe('dates refused not-a-certificate');
  });

  it('may be judged many times at once', async () => {
    const running = start(by('ours'));
    const words = await Promise.all(Array.from({ length: 50 }, () => wordOf(running)));
    expect(new Set(words)).toEqual(new Set(['path accepted']));
  });

  it('is refused when it comes after the end', async () => {
    const running = start(by('ours'));
    await wordOf(running);
    await running.stop();
    expect(await wordOf(running)).toBe('dates refused judge-unavailable');
  });
});
