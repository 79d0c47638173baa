import { execFile } from 'node:child_process';
import {
  constants,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
  X509Certificate,
} from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CardKey } from '../../src/simulator/card/card-key.ts';
import type { CardState } from '../../src/simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT, OBJECT, PIV_SLOTS, type PivSlot } from '../../src/simulator/card/data-objects.ts';
import { CARD_PROFILES, type CardProfile, PROFILE_NAMES } from '../../src/simulator/card/profiles.ts';
import { issueCardState, TEST_ADMIN_KEY, TEST_PIN, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { BEN } from '../../src/simulator/pki/person.ts';
import { testAuthority } from '../../src/simulator/pki/test-authority.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';

/**
 * Three programs that know nothing of us judge the virtual card through a real pcscd: it is right when they agree.
 * Their wording is that of Debian 12's packages.
 */
const WRONG_PIN = '135799';
const READER = 'Virtual PCD';
/** OpenSC numbers the objects of the four slots. */
const OPENSC_ID = { '9a': '01', '9c': '02', '9d': '03', '9e': '04' } as const;

let pcscd: Pcscd;
let player: CardPlayer;
let reader: PlayedReader;
let folder: string;
let module: string;

beforeAll(async () => {
  [pcscd, player] = await Promise.all([startPcscd(), CardPlayer.start()]);
  reader = player.reader(pcscd.ports[0]);
  folder = mkdtempSync(join(tmpdir(), 'wardkey-judges-'));
  module = openscModule();
});

afterAll(async () => {
  await player?.stop();
  await pcscd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Verdict = { readonly exit: number; readonly said: string };

/** Runs a judge against our pcscd; `said` is all that it wrote. */
function ask(program: string, ...args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...pcscd.env, PIV_EXT_AUTH_KEY: join(folder, 'admin-key') };
    execFile(program, args, { env }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exit, said: stdout + stderr });
    });
  });
}

const yubico = (...args: string[]) => ask('yubico-piv-tool', '--reader', READER, ...args);
const pkcs11 = (...args: string[]) => ask('pkcs11-tool', '--module', module, ...args);
const file = (name: string, content: Uint8Array | string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** Sends command APDUs by opensc-tool; the status words that came back, after the SELECT that goes before them. */
async function statusWords(...apdus: readonly string[]): Promise<string[]> {
  const { said } = await ask(
    'opensc-tool',
    ...['00A4040005A000000308', ...apdus].flatMap((apdu) => ['--send-apdu', apdu]),
  );
  return [...said.matchAll(/SW1=0x(..), SW2=0x(..)/g)].map(([, sw1, sw2]) => `${sw1}${sw2}`).slice(1);
}

function certificateOf(card: CardState, slot: PivSlot): X509Certificate {
  // Issued without compression: 70 82 xx xx, the certificate, 71 01 00 FE 00.
  const object = Buffer.from(card.objects[CERTIFICATE_OBJECT[slot]] ?? '', 'hex');
  return new X509Certificate(object.subarray(4, -5));
}

describe.each(PROFILE_NAMES)('a card that behaves like %s', (name) => {
  const profile: CardProfile = CARD_PROFILES[name];

  describe.each([
    { keys: 'rsa2048', algorithm: 'RSA2048', mechanism: 'SHA256-RSA-PKCS' },
    { keys: 'p256', algorithm: 'ECCP256', mechanism: 'ECDSA-SHA256' },
  ] as const)('with $keys keys', ({ keys, algorithm, mechanism }) => {
    let card: CardState;

    beforeEach(async () => {
      await reader.pull();
      card = await issueCardState({ profile: name, keys });
      await reader.insertAndAwaitPower(card);
    });

    it('shows yubico-piv-tool its identity, its four certificates and its counter', async () => {
      const { exit, said } = await yubico('--action', 'status');
      expect(exit).toBe(0);
      expect(said).toContain(`CHUID:\t${card.objects[OBJECT.chuid]}`);
      expect(said).toContain(`CCC:\t${card.objects[OBJECT.capabilityContainer]}`);
      const slots = said.split(/^Slot /m).slice(1);
      expect(slots.map((slot) => slot.slice(0, 2))).toEqual([...PIV_SLOTS]);
      for (const [index, slot] of PIV_SLOTS.entries()) {
        const fingerprint = createHash('sha256').update(certificateOf(card, slot).raw).digest('hex');
        expect(slots[index]).toContain(`Algorithm:\t${algorithm}`);
        expect(slots[index]).toContain(`Fingerprint:\t${fingerprint}`);
      }
      expect(said).toContain(`PIN tries left:\t${profile.pinTries}`);
    });

    it('proves each of its keys to yubico-piv-tool, the card authentication key without a PIN', async () => {
      for (const slot of PIV_SLOTS) {
        const path = file(`${slot}.pem`, certificateOf(card, slot).toString());
        const test = ['--action', 'test-signature', '--slot', slot, '--input', path];
        const proven = await yubico(...(slot === '9e' ? [] : ['--action', 'verify-pin', '--pin', TEST_PIN]), ...test);
        expect(proven).toMatchObject({ exit: 0, said: expect.stringMatching(/Successful (RSA|ECDSA) verification/) });
        if (slot !== '9e') expect((await yubico(...test)).exit).not.toBe(0);
      }
    });

    it('lists to pkcs11-tool four certificates and, once logged in, four private keys', async () => {
      const before = await pkcs11('--list-objects', '--type', 'cert');
      expect([...before.said.matchAll(/^ {2}ID: +(\d+)/gm)].map(([, id]) => id)).toEqual(['01', '02', '03', '04']);
      const after = await pkcs11('--login', '--pin', TEST_PIN, '--list-objects', '--type', 'privkey');
      expect(after.exit).toBe(0);
      expect([...after.said.matchAll(/^ {2}ID: +(\d+)/gm)].map(([, id]) => id)).toEqual(['01', '02', '03', '04']);
    });

    it.each(['9a', '9c', '9e'] as const)(
      'signs for pkcs11-tool with %s what its certificate verifies',
      async (slot) => {
        const message = randomBytes(200);
        const input = file('message', message);
        const output = join(folder, `signature-${slot}`);
        const use = ['--id', OPENSC_ID[slot], '--mechanism', mechanism, '--input-file', input];
        const signed = await pkcs11('--login', '--pin', TEST_PIN, '--sign', ...use, '--output-file', output);
        expect(signed.exit, signed.said).toBe(0);
        const signature = readFileSync(output);
        // PKCS#11 signatures of EC keys are r and s side by side.
        const key = { key: certificateOf(card, slot).publicKey, dsaEncoding: 'ieee-p1363' } as const;
        expect(verify('sha256', message, key, signature)).toBe(true);
        const verified = await pkcs11('--verify', ...use, '--signature-file', output);
        expect(verified.said).toContain('Signature is valid');
      },
    );

    it('opens for pkcs11-tool with 9d what was sealed for its certificate', async () => {
      const { publicKey } = certificateOf(card, '9d');
      const output = join(folder, 'opened');
      const login = ['--login', '--pin', TEST_PIN, '--id', OPENSC_ID['9d'], '--output-file', output];
      if (keys === 'rsa2048') {
        const secret = randomBytes(32);
        const sealed = file('sealed', publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, secret));
        const opened = await pkcs11('--decrypt', '--mechanism', 'RSA-PKCS', '--input-file', sealed, ...login);
        expect(opened.exit, opened.said).toBe(0);
        expect(readFileSync(output)).toEqual(secret);
      } else {
        const peer = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
        const input = file('peer', peer.publicKey.export({ format: 'der', type: 'spki' }));
        const derived = await pkcs11('--derive', '--mechanism', 'ECDH1-DERIVE', '--input-file', input, ...login);
        expect(derived.exit, derived.said).toBe(0);
        expect(readFileSync(output)).toEqual(diffieHellman({ privateKey: peer.privateKey, publicKey }));
      }
    });
  });

  describe('whatever its keys', () => {
    beforeEach(async () => {
      await reader.pull();
      await reader.insertAndAwaitPower(await issueCardState({ profile: name, keys: 'p256' }));
    });

    it('is a PIV card to opensc-tool, by the ATR that it wears', async () => {
      const atr = await ask('opensc-tool', '--atr');
      expect(atr.said.replaceAll(/[^0-9a-f\n]/g, '')).toContain(profile.atr);
      expect((await ask('opensc-tool', '--name')).said).toMatch(/^Personal Identity Verification Card/m);
      expect((await ask('opensc-tool', '--list-readers')).said).toMatch(/^0 +Yes .*Virtual PCD 00 00/m);
    });

    it('answers raw commands with its own status words', async () => {
      const wrong = '0020008008313335373939FFFF';
      const right = '0020008008323436383130FFFF';
      expect(
        await statusWords('00200080', wrong, right, '00200080', '00CB3FFF055C035FC10600', '00A4040006A00000039900'),
      ).toEqual([
        `63C${profile.pinTries}`,
        `63C${profile.pinTries - 1}`,
        '9000',
        '9000',
        '6A82',
        profile.unknownApplication.toString(16).toUpperCase(),
      ]);
    });

    it('counts wrong PINs down with yubico-piv-tool until it is blocked, and opens by its PUK', async () => {
      for (let left = profile.pinTries - 1; left > 0; left--) {
        const { said } = await yubico('--action', 'verify-pin', '--pin', WRONG_PIN);
        expect(said).toContain(`Pin verification failed, ${left} tries left before pin is blocked.`);
      }
      for (const pin of [WRONG_PIN, WRONG_PIN, TEST_PIN]) {
        const { exit, said } = await yubico('--action', 'verify-pin', '--pin', pin);
        expect(exit).not.toBe(0);
        expect(said).toMatch(/blocked|0 tries left/i);
      }
      expect((await yubico('--action', 'unblock-pin', '--pin', TEST_PUK, '--new-pin', '975310')).exit).toBe(0);
      expect((await yubico('--action', 'verify-pin', '--pin', '975310')).said).toContain('Successfully verified PIN');
    });

    it('lets pkcs11-tool in with the right PIN only, and keeps the count of the wrong ones', async () => {
      const refused = await pkcs11('--login', '--pin', WRONG_PIN, '--list-objects');
      expect(refused.said).toContain('CKR_PIN_INCORRECT');
      expect((await reader.snapshot())?.pin.triesLeft).toBe(profile.pinTries - 1);
      const admitted = await pkcs11('--login', '--pin', TEST_PIN, '--list-objects');
      expect(admitted.exit).toBe(0);
      expect((await reader.snapshot())?.pin.triesLeft).toBe(profile.pinTries);
    });

    it('lets the holder of the admin key make a key and store a certificate, by two programs', async () => {
      file('admin-key', TEST_ADMIN_KEY.value);
      expect((await ask('piv-tool', '--admin', 'M:9B:03')).said).not.toContain('failed');
      const publicKey = join(folder, 'public.pem');
      const generate = ['--action', 'generate', '--algorithm', 'ECCP384', '--slot', '9c', '--output', publicKey];
      expect(await yubico(...generate)).toMatchObject({
        exit: 0,
        said: expect.stringContaining('Successfully generated'),
      });
      const made = (await reader.snapshot())?.keys['9c'];
      if (made === undefined) throw new Error('no key in 9c');
      const key = CardKey.fromPkcs8(made.algorithm, Buffer.from(made.pkcs8, 'base64'));
      expect(createPublicKey(readFileSync(publicKey)).equals(createPublicKey(key.privateKey))).toBe(true);

      const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2046-01-01') };
      const der = await (await testAuthority()).issue({ person: BEN, slot: '9c', key, validity });
      const pem = file('made.pem', new X509Certificate(der).toString());
      expect((await yubico('--action', 'import-certificate', '--slot', '9c', '--input', pem)).exit).toBe(0);
      expect((await yubico('--action', 'status')).said).toContain(`CN=${BEN.name}`);
      const pin = ['--action', 'verify-pin', '--pin', TEST_PIN];
      const proven = await yubico(...pin, '--action', 'test-signature', '--slot', '9c', '--input', pem);
      expect(proven.said).toContain('Successful ECDSA verification');
    });

    it('takes its PIN and PUK changed by yubico-piv-tool', async () => {
      expect((await yubico('--action', 'change-pin', '--pin', TEST_PIN, '--new-pin', '11223344')).exit).toBe(0);
      expect((await yubico('--action', 'verify-pin', '--pin', '11223344')).exit).toBe(0);
      expect((await yubico('--action', 'change-puk', '--pin', TEST_PUK, '--new-pin', '44332211')).exit).toBe(0);
      expect((await yubico('--action', 'unblock-pin', '--pin', '44332211', '--new-pin', TEST_PIN)).exit).toBe(0);
    });
  });
});

it('reads a compressed certificate to pkcs11-tool as it reads a plain one', async () => {
  await reader.pull();
  await reader.insertAndAwaitPower(await issueCardState({ keys: 'p256', gzip: true }));
  const { said } = await pkcs11('--list-objects', '--type', 'cert');
  expect(said.match(/Ada Lindqvist/g)).toHaveLength(3);
});

it('is a card with Ed25519 keys that older programs list and leave alone', async () => {
  await reader.pull();
  await reader.insertAndAwaitPower(await issueCardState({ keys: 'ed25519' }));
  const { exit, said } = await yubico('--action', 'status');
  expect(exit).toBe(0);
  expect(said).toContain('PIN tries left:\t3');
});

/** OpenSC's PKCS#11 module of this machine's architecture. */
function openscModule(): string {
  const folders = ['/usr/lib', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name)), '/usr/lib64'];
  const found = folders.map((path) => join(path, 'opensc-pkcs11.so')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('opensc-pkcs11.so not found: install the package opensc-pkcs11');
  return found;
}
