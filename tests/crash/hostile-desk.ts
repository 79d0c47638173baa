import * as v from 'valibot';
import { releaseKeyOf, sealRelease } from '../../src/core/card-desk/release-box.ts';
import type { Release, ReleaseMode, Unlock } from '../../src/core/contract/card-desk/shapes.ts';
import type { Alter, AnyReply } from './altered-client.ts';

const UNLOCK = '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a001';
const ascii = (text: string) => Uint8Array.from(Buffer.from(text));
const ProofSchema = v.object({ body: v.object({ releaseKey: v.string() }) });
const ReportSchema = v.object({ body: v.object({ result: v.string(), triesLeft: v.nullable(v.number()) }) });

/**
 * A desk that somebody else has: it has the ticket, the trust and the key of the release, and releases wrong codes as often as
 * it is let. What it cannot do is type a passcode.
 */
export class HostileDesk {
  readonly reports: string[] = [];
  proofs = 0;
  readonly #mode: ReleaseMode;
  /** Seals to this journey, or so that it cannot be opened. */
  readonly #opens: boolean;
  #key: ReturnType<typeof releaseKeyOf> = null;
  #attempt = 0;

  constructor(mode: ReleaseMode, opens = true) {
    this.#mode = mode;
    this.#opens = opens;
  }

  readonly alter: Alter = async (name, asked) => {
    switch (name) {
      case 'joinUnlock':
        this.#attempt = 0;
        return done({ token: 't'.repeat(43), unlock: at('card') });
      case 'challenge':
        return done({ by: 'signature', challenge: 'ab'.repeat(32), expiresAt: new Date().toISOString() });
      case 'proveCard': {
        this.proofs += 1;
        this.#key = releaseKeyOf(Buffer.from(v.parse(ProofSchema, asked).body.releaseKey, 'base64'));
        return done({ unlock: at('released'), release: this.#release() });
      }
      case 'report': {
        if (this.#key === null) return { kind: 'not-understood', status: 404 };
        this.reports.push(v.parse(ReportSchema, asked).body.result);
        return done({ unlock: at('released'), release: this.#release() });
      }
      default:
        return { kind: 'not-understood', status: 404 };
    }
  };

  #release(): Release {
    if (this.#key === null) throw new Error('nothing was proven');
    this.#attempt += 1;
    const binding = { unlock: UNLOCK, attempt: this.#opens ? this.#attempt : 9999, mode: this.#mode };
    const next = this.#mode === 'probe' ? null : ascii('13572468');
    const box = sealRelease(this.#key, binding, { puk: ascii('00000000'), next });
    return { attempt: this.#attempt, mode: this.#mode, box };
  }
}

function at(phase: Unlock['phase']): Unlock {
  const expiresAt = new Date(Date.now() + 900_000).toISOString();
  return { id: UNLOCK, kind: 'assisted', phase, failure: null, codeTriesLeft: 0, expiresAt };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each answer above is that of its operation
const done = (answer: unknown) => ({ kind: 'done', answer }) as AnyReply;
