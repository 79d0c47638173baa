import { describe, expect, it } from 'vitest';
import type { AgentEffect } from '../../../src/core/agent/effects.ts';
import { auditEntry } from '../../../src/main/agent/audit-entry.ts';
import { NOW } from '../agent/scene.ts';

const entryOf = (effect: AgentEffect) => auditEntry({ type: 'effect', effect, at: { monotonic: 0, wall: NOW } });

describe('The audit of what ends soon', () => {
  it('names the issuer, and how long it has', () => {
    expect(entryOf({ type: 'issuer-ending', fingerprint: 'fp-root', name: 'Root', rung: 30, daysLeft: 20 })).toEqual({
      event: 'issuer-ending',
      name: 'Root',
      rung: 30,
      daysLeft: 20,
    });
    expect(entryOf({ type: 'tell', code: 'Trust_Ending' })).toEqual({ event: 'told', code: 'Trust_Ending' });
  });

  it('names the host of revocation data, when it is over, and why nothing newer is there', () => {
    const source = { kind: 'crl', host: 'crl.example', from: NOW - 9_000, until: NOW, fault: 'unreachable' } as const;
    expect(entryOf({ type: 'revocation-running-out', ...source })).toEqual({
      event: 'revocation-running-out',
      code: 'Revocation_RunningOut',
      kind: 'crl',
      host: 'crl.example',
      until: '2026-07-01T12:00:00.000Z',
      fault: 'unreachable',
    });
  });

  it('says until when a card may pass by grace', () => {
    expect(entryOf({ type: 'tell', code: 'Revocation_InGrace', until: NOW })).toEqual({
      event: 'told',
      code: 'Revocation_InGrace',
      until: '2026-07-01T12:00:00.000Z',
    });
  });
});
