import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { ADA } from '../../../src/simulator/pki/person.ts';
import { Ward } from './ward.ts';

const DAY_MS = 86_400_000;
const CONTACT = { name: 'Grace Hale', phone: '01632 960 123', email: 'grace.hale@hospital.example', place: 'Level 2' };

const ReportSchema = v.object({
  findings: v.array(v.looseObject({ check: v.string(), detail: v.nullable(v.string()) })),
  state: v.looseObject({
    phase: v.string(),
    readers: v.array(v.looseObject({ card: v.nullable(v.looseObject({ cardId: v.nullable(v.string()) })) })),
  }),
  audit: v.array(v.looseObject({ event: v.string() })),
});

let ward: Ward;
afterEach(async () => {
  await ward.close();
  vi.unstubAllEnvs();
});

/** A workstation with all that a report could give away: a signed-in card that ends soon, people, a damaged file of the user's. */
async function inTrouble(): Promise<void> {
  ward = await Ward.open({
    settings: 'not JSON',
    policy: { organisation: { name: 'Hale Hospital', contacts: { ra: CONTACT } } },
  });
  // Whose folder it is stands in the name of every file in it.
  vi.stubEnv('HOME', ward.folder);
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 20 * DAY_MS) };
  ward.reader.insert(await issueCard({ keys: 'p256', validity }));
  await ward.signIn();
  // The audit is written behind the agent's back, and no event tells when it has been.
  const audit = () => readFileSync(ward.window.agent.auditFile, 'utf8');
  await vi.waitFor(() => expect(audit().match(/warn-of-expiry/g)).toHaveLength(4));
}

async function report(): Promise<{ readonly text: string; readonly data: v.InferOutput<typeof ReportSchema> }> {
  const outcome = await ward.do({ command: 'make-report' });
  if (!outcome.ok || typeof outcome.value !== 'string') throw new Error(JSON.stringify(outcome));
  expect(statSync(outcome.value).mode & 0o077).toBe(0);
  const text = readFileSync(outcome.value, 'utf8');
  return { text, data: v.parse(ReportSchema, JSON.parse(text)) };
}

describe('the report for the help desk', () => {
  it('has no personal data', async () => {
    await inTrouble();
    const { cardId } = ward.snapshot.readers[0]?.card ?? {};
    const fingerprints = ward.snapshot.alerts.map(({ id }) => id.split(' ')[1]);
    const { text } = await report();
    expect(cardId).toMatch(/^[0-9a-f]{32}$/);
    expect(fingerprints).toHaveLength(4);
    const personal = [...ADA.name.split(' '), ADA.uuid, ADA.upn, ADA.email, ...Object.values(CONTACT), ward.folder];
    for (const each of [...personal, cardId, ...fingerprints]) expect(text).not.toContain(each);
  });

  it('says all the same what is there, what is wrong and what has happened', async () => {
    await inTrouble();
    const { data } = await report();
    expect(data.state.phase).toBe('active');
    expect(data.findings.map(({ check }) => check)).toEqual([
      'service',
      'driver',
      'reader',
      'card',
      'passcode',
      'certificate',
      'trust',
      'revocation',
      'clock',
      'network',
      'policy',
      'settings',
      'lock',
      'agent',
    ]);
    expect(data.findings.find(({ check }) => check === 'settings')?.detail).toContain('~/settings/settings.json');
    expect(data.audit[0]).toMatchObject({ event: 'agent-started', policy: 'file', policyFile: '~/etc/policy.json' });
    expect(data.audit.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['agent-started', 'session-began', 'warn-of-expiry']),
    );
  });

  it('calls one card by one name throughout, and by another in the next report', async () => {
    await inTrouble();
    const [first, second] = [await report(), await report()];
    const nameIn = ({ data }: typeof first) => data.state.readers[0]?.card?.cardId;
    expect(first.data.audit.find(({ event }) => event === 'session-began')).toMatchObject({ cardId: nameIn(first) });
    expect(nameIn(first)).toMatch(/^card-[0-9a-f]{8}$/);
    expect(nameIn(second)).not.toBe(nameIn(first));
  });

  it('is told when it cannot be saved', async () => {
    ward = await Ward.open();
    writeFileSync(join(ward.folder, 'state', 'reports'), 'no folder');
    expect(await ward.do({ command: 'make-report' })).toEqual({ ok: false, code: 'Report_NotSaved' });
  });
});
