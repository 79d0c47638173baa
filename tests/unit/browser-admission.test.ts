import { beforeEach, describe, expect, it } from 'vitest';
import {
  Admission,
  LAUNCH_MS,
  REST_MS,
  SESSION_MS,
  type Verdict,
  WRONG_TRIES,
} from '../../src/main/host/browser/admission.ts';

/** Who may be the one page, with a clock that stands still until told otherwise. */

const REFUSED: Verdict = { admitted: false, why: 'refused' };
const LATER: Verdict = { admitted: false, why: 'later' };

let now: number;
let admission: Admission;
beforeEach(() => {
  now = 1_000;
  admission = new Admission(() => now);
});

function sessionOf(verdict: Verdict): string {
  if (!verdict.admitted) throw new Error('was not admitted');
  return verdict.session;
}
const launched = () => sessionOf(admission.present(admission.newLaunch()));
const guess = (number = 0) => `${number}`.padStart(43, 'A');
const guessUntilResting = () => {
  for (let each = 0; each < WRONG_TRIES; each++) expect(admission.present(guess(each))).toEqual(REFUSED);
};

describe('a launch token', () => {
  it('is 256 bits, and never the same', () => {
    const tokens = Array.from({ length: 50 }, () => admission.newLaunch());
    expect(new Set(tokens).size).toBe(50);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  });

  it('works once', () => {
    const token = admission.newLaunch();
    expect(admission.present(token)).toMatchObject({ admitted: true, by: 'launch' });
    expect(admission.present(token)).toEqual(REFUSED);
    admission.left();
    expect(admission.present(token)).toEqual(REFUSED);
  });

  it('works until just before its time is over, and not after', () => {
    const early = admission.newLaunch();
    now += LAUNCH_MS - 1;
    expect(admission.present(early).admitted).toBe(true);
    const late = admission.newLaunch();
    now += LAUNCH_MS;
    expect(admission.present(late)).toEqual(REFUSED);
  });

  it('works no more once there is a newer one, or it was taken back', () => {
    const first = admission.newLaunch();
    const second = admission.newLaunch();
    expect(admission.present(first)).toEqual(REFUSED);
    admission.endLaunch();
    expect(admission.present(second)).toEqual(REFUSED);
  });

  it('replaces a page that is here, whose session then is worth nothing', () => {
    const old = launched();
    expect(admission.present(admission.newLaunch())).toMatchObject({ admitted: true, by: 'launch' });
    admission.left();
    expect(admission.present(old)).toEqual(REFUSED);
  });
});

describe('a session', () => {
  it('lets its page come back, and is a new one then', () => {
    const first = launched();
    admission.left();
    const verdict = admission.present(first);
    expect(verdict).toMatchObject({ admitted: true, by: 'session' });
    const second = sessionOf(verdict);
    expect(second).not.toBe(first);
    admission.left();
    expect(admission.present(first)).toEqual(REFUSED);
    expect(admission.present(second).admitted).toBe(true);
  });

  it('admits nobody while a page is here, and stays good for it', () => {
    const session = launched();
    expect(admission.present(session)).toEqual(LATER);
    admission.left();
    expect(admission.present(session).admitted).toBe(true);
  });

  it('does not age while its page is here, and ends some time after it has gone', () => {
    const session = launched();
    now += 30 * 24 * 3_600_000;
    admission.left();
    now += SESSION_MS - 1;
    const next = sessionOf(admission.present(session));
    admission.left();
    now += SESSION_MS;
    expect(admission.present(next)).toEqual(REFUSED);
  });

  it('is no launch token: it never replaces a page', () => {
    const old = launched();
    const current = launched();
    for (const each of [old, current]) expect(admission.present(each).admitted).toBe(false);
  });
});

describe('wrong tokens', () => {
  it.each(['', 'AAAA', guess(), '\0'.repeat(43), 'é'.repeat(43), 'A'.repeat(1_000_000)])(
    'are refused, before and after there is a page',
    (wrong) => {
      expect(admission.present(wrong)).toEqual(REFUSED);
      launched();
      expect(admission.present(wrong)).toEqual(REFUSED);
    },
  );

  it('are refused when they differ in one place only', () => {
    const token = admission.newLaunch();
    for (const at of [0, 21, 41]) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(admission.present(token.slice(0, at) + other + token.slice(at + 1))).toEqual(REFUSED);
    }
    expect(admission.present(token).admitted).toBe(true);
  });

  it('in number make everyone wait, for a while, but not who was launched', () => {
    const session = launched();
    admission.left();
    expect(admission.listening).toBe(true);
    guessUntilResting();
    expect(admission.listening).toBe(false);
    expect(admission.present(session)).toEqual(LATER);
    expect(admission.present(guess())).toEqual(LATER);

    const token = admission.newLaunch();
    expect(admission.listening).toBe(true);
    const next = sessionOf(admission.present(token));
    admission.left();
    expect(admission.present(next)).toEqual(LATER);
    now += REST_MS;
    expect(admission.listening).toBe(true);
    expect(admission.present(next).admitted).toBe(true);
  });

  it('during the wait do not make it longer', () => {
    guessUntilResting();
    now += REST_MS - 1;
    for (let each = 0; each < 100; each++) admission.present(guess(each));
    admission.wrongToken();
    now += 1;
    expect(admission.listening).toBe(true);
  });

  it('now and then are forgotten', () => {
    for (let each = 0; each < 5 * WRONG_TRIES; each++) {
      admission.wrongToken();
      now += 60_000 / (WRONG_TRIES - 1);
    }
    expect(admission.listening).toBe(true);
  });
});
