import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentState } from '../../../src/core/agent/state.ts';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { TestAuthority } from '../../../src/simulator/pki/test-authority.ts';
import { Publisher } from '../../rig/publisher.ts';
import { Ward } from './ward.ts';

const HOUR = 3_600_000;

let ward: Ward;
let publisher: Publisher;
let authority: TestAuthority;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-grace-'));
  publisher = await Publisher.start();
  const { url } = publisher;
  authority = await TestAuthority.create({
    addresses: { root: { lists: [`${url}/root.crl`] }, issuing: { lists: [`${url}/issuing.crl`] } },
  });
  writeFileSync(join(folder, 'root.pem'), (await authority.pem('root')).certificate);
  writeFileSync(join(folder, 'issuing.pem'), (await authority.pem('issuing')).certificate);
  publisher.publish('/root.crl', await authority.list({ by: 'root', number: 1 }));
});
afterEach(async () => {
  await ward.close();
  await publisher.stop();
  rmSync(folder, { recursive: true, force: true });
});

const policy = () => ({
  certificates: { anchors: [join(folder, 'root.pem')], intermediates: [join(folder, 'issuing.pem')] },
  revocation: { sources: ['crl'], graceHours: 24, loopback: true, proxy: 'none' },
});
const wordOn = ({ readers: [reader] }: AgentState) =>
  reader?.slot.kind === 'card' ? reader.slot.certificates['9A']?.verdict.revocation.state : undefined;

describe('A card that passes by grace', () => {
  it('has a notice that says until when, and a line in the audit; both are over when it could be checked', async () => {
    const over = Math.floor(Date.now() / 1000) * 1000 - HOUR;
    const list = (number: number, thisUpdate: number, nextUpdate: number) =>
      authority.list({ by: 'issuing', number, thisUpdate, nextUpdate });
    publisher.publish('/issuing.crl', await list(1, over - 24 * HOUR, over));
    ward = await Ward.open({ policy: policy() });
    ward.reader.insert(await issueCard({ keys: 'p256', authority }));
    await ward.signIn();
    const until = over + 24 * HOUR;
    expect(ward.snapshot.notices).toEqual([{ id: 1, code: 'Revocation_InGrace', until }]);

    publisher.publish('/issuing.crl', await list(2, over, Date.now() + 24 * HOUR));
    ward.runtime.resumed();
    await ward.until((state) => wordOn(state) === 'good');
    await ward.drawn();
    expect(ward.snapshot.notices).toEqual([]);

    await ward.window.stop();
    const told = ward.audit.split('\n').filter((line) => line.includes('Revocation_InGrace'));
    expect(told.map((line) => JSON.parse(line) as object)).toMatchObject([
      { event: 'told', code: 'Revocation_InGrace', until: new Date(until).toISOString() },
    ]);
  });
});
