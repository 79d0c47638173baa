import { createECDH, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ApduExchange } from '../../src/core/card/apdu-exchange.ts';
import { CardError } from '../../src/core/card/card-error.ts';
import { authenticateAdmin } from '../../src/core/card/piv/admin-authentication.ts';
import { encodeCertificateObject, parseCertificateObject } from '../../src/core/card/piv/certificate-object.ts';
import { CERTIFICATE } from '../../src/core/card/piv/data-object.ts';
import { agreeOnKey } from '../../src/core/card/piv/key-agreement.ts';
import { generateKey } from '../../src/core/card/piv/key-generation.ts';
import { PIN_REFERENCE, readPinStatus, verifyPin } from '../../src/core/card/piv/pin.ts';
import { PivCard } from '../../src/core/card/piv/piv-card.ts';
import { parseGeneratedKey } from '../../src/core/card/piv/public-key.ts';
import { isSignatureBy, isSigningKey, provesPossession, publicKeyOf, sign } from '../../src/core/card/piv/signature.ts';
import type { CertificateSlot } from '../../src/core/contract/card-process.ts';
import { PROFILE_NAMES } from '../../src/simulator/card/profiles.ts';
import { type CardOrder, issueCard, TEST_ADMIN_KEY, TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { ascii, bytes, hex } from './card-script.ts';

/** These run against the project's virtual card, whose own judges are yubico-piv-tool and OpenSC. */

const MESSAGE = ascii('To be signed');
const ADMIN_KEY = bytes(TEST_ADMIN_KEY.value);

async function insert(order: CardOrder) {
  const card = await issueCard(order);
  card.powerOn();
  const exchange = new ApduExchange({ transmit: (command) => Promise.resolve(card.transmit(command)) });
  const piv = new PivCard(exchange);
  await piv.select();
  return { card, exchange, piv };
}

type Inserted = Awaited<ReturnType<typeof insert>>;

async function certificateIn({ piv }: Inserted, slot: CertificateSlot): Promise<Uint8Array> {
  const content = await piv.read(CERTIFICATE[slot]);
  const der = content === null ? null : parseCertificateObject(content, slot);
  if (der === null) throw new Error(`no certificate in ${slot}`);
  return der;
}

async function verifyTestPin({ exchange }: Inserted): Promise<void> {
  expect(await verifyPin(exchange, PIN_REFERENCE.application, ascii(TEST_PIN))).toEqual({ kind: 'accepted' });
}

const refused = (code: string, data: object = {}) => ({ failure: { code, ...data } });

describe('a signature', () => {
  const rsa = ['rsa1024', 'rsa2048', 'rsa3072', 'rsa4096'] as const;

  test.each([...rsa, 'p256', 'p384', 'ed25519'] as const)(
    'by a key of kind %s holds, and not for anything else',
    async (keys) => {
      const inserted = await insert({ keys: { '9a': keys, '9c': null, '9d': null, '9e': null } });
      await verifyTestPin(inserted);
      const key = publicKeyOf(await certificateIn(inserted, '9A'));
      const signature = await sign(inserted.exchange, '9A', key, MESSAGE);
      expect(isSignatureBy(key, MESSAGE, signature)).toBe(true);
      expect(isSignatureBy(key, ascii('something else'), signature)).toBe(false);
      expect(isSignatureBy(key, MESSAGE, signature.subarray(1))).toBe(false);
      expect(isSignatureBy(key, MESSAGE, new Uint8Array(0))).toBe(false);
    },
  );

  test('by a key of a kind that no card has is none, whatever it is', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
    expect(isSignatureBy(publicKey, MESSAGE, new Uint8Array(139))).toBe(false);
    expect(isSigningKey(publicKey)).toBe(false);
    expect(isSigningKey(generateKeyPairSync('x25519').publicKey)).toBe(false);
    expect(isSigningKey(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)).toBe(true);
  });

  test.each(rsa)('by a key of kind %s can be padded by PSS, with each hash', async (keys) => {
    const inserted = await insert({ keys: { '9a': keys, '9c': null, '9d': null, '9e': null } });
    await verifyTestPin(inserted);
    const key = publicKeyOf(await certificateIn(inserted, '9A'));
    for (const hash of keys === 'rsa1024'
      ? (['sha256', 'sha384'] as const)
      : (['sha256', 'sha384', 'sha512'] as const)) {
      const scheme = { hash, padding: 'pss' } as const;
      const signature = await sign(inserted.exchange, '9A', key, MESSAGE, scheme);
      expect(isSignatureBy(key, MESSAGE, signature, scheme)).toBe(true);
      expect(isSignatureBy(key, MESSAGE, signature, { hash, padding: 'pkcs1' })).toBe(false);
    }
  });

  test.each(['p256', 'p384'] as const)(
    'by a key of kind %s takes a digest longer or shorter than its curve',
    async (keys) => {
      const inserted = await insert({ keys: { '9a': keys, '9c': null, '9d': null, '9e': null } });
      await verifyTestPin(inserted);
      const key = publicKeyOf(await certificateIn(inserted, '9A'));
      for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
        const scheme = { hash, padding: 'pkcs1' } as const;
        expect(isSignatureBy(key, MESSAGE, await sign(inserted.exchange, '9A', key, MESSAGE, scheme), scheme)).toBe(
          true,
        );
      }
    },
  );

  test.each(PROFILE_NAMES)('without the PIN is refused by card %s', async (profile) => {
    const inserted = await insert({ profile, keys: 'p256' });
    const key = publicKeyOf(await certificateIn(inserted, '9A'));
    await expect(sign(inserted.exchange, '9A', key, MESSAGE)).rejects.toMatchObject(refused('not-authorised'));
  });

  test.each([
    ['applet-p', 'not-authorised'],
    ['applet-o', 'object-absent'],
    ['embedded-c', 'object-absent'],
  ] as const)('by an empty slot of card %s is refused as %s', async (profile, code) => {
    const inserted = await insert({ profile, keys: { '9a': null, '9c': null, '9d': null, '9e': 'p256' } });
    await verifyTestPin(inserted);
    const key = publicKeyOf(await certificateIn(inserted, '9E'));
    await expect(sign(inserted.exchange, '9A', key, MESSAGE)).rejects.toMatchObject(refused(code));
  });

  test.each([
    ['applet-p', 'not-authorised'],
    ['applet-o', 'not-authorised'],
    ['embedded-c', null],
  ] as const)('by 9C of card %s, the second after one VERIFY: %s', async (profile, code) => {
    const inserted = await insert({ profile, keys: 'p256' });
    const key = publicKeyOf(await certificateIn(inserted, '9C'));
    await verifyTestPin(inserted);
    await sign(inserted.exchange, '9C', key, MESSAGE);
    const second = sign(inserted.exchange, '9C', key, MESSAGE);
    await (code === null ? expect(second).resolves.toBeDefined() : expect(second).rejects.toMatchObject(refused(code)));
  });

  test('by 9C of card P is lost if the counter is asked between VERIFY and it, and not if before', async () => {
    const inserted = await insert({ profile: 'applet-p', keys: 'p256' });
    const key = publicKeyOf(await certificateIn(inserted, '9C'));
    await readPinStatus(inserted.exchange, PIN_REFERENCE.application);
    await verifyTestPin(inserted);
    await sign(inserted.exchange, '9C', key, MESSAGE);
    await verifyTestPin(inserted);
    await readPinStatus(inserted.exchange, PIN_REFERENCE.application);
    await expect(sign(inserted.exchange, '9C', key, MESSAGE)).rejects.toMatchObject(refused('not-authorised'));
  });
});

describe('possession', () => {
  test.each(['rsa2048', 'p256', 'p384'] as const)(
    'of the card’s own key (9E, %s) is proven without a PIN',
    async (keys) => {
      const inserted = await insert({ keys });
      expect(await provesPossession(inserted.exchange, '9E', await certificateIn(inserted, '9E'))).toBe(true);
    },
  );

  test('is not proven for the certificate of another card', async () => {
    const [inserted, other] = [await insert({ keys: 'p256' }), await insert({ keys: 'p256' })];
    expect(await provesPossession(inserted.exchange, '9E', await certificateIn(other, '9E'))).toBe(false);
  });

  test('is not proven once the key was generated anew and the certificate is still the old one', async () => {
    const inserted = await insert({ keys: 'p256' });
    await authenticateAdmin(inserted.exchange, '3des', ADMIN_KEY);
    const key = await generateKey(inserted.exchange, '9E', 'p-256');
    expect(await provesPossession(inserted.exchange, '9E', await certificateIn(inserted, '9E'))).toBe(false);
    expect(await provesPossession(inserted.exchange, '9E', key)).toBe(true);
  });

  test('of something that is no certificate is a malformed answer', async () => {
    const inserted = await insert({ keys: 'p256' });
    const proof = provesPossession(inserted.exchange, '9E', bytes('3003020101'));
    await expect(proof).rejects.toMatchObject(refused('malformed-answer'));
  });
});

describe('key agreement', () => {
  test.each([
    ['p256', { namedCurve: 'prime256v1' }],
    ['p384', { namedCurve: 'secp384r1' }],
  ] as const)('by %s gives both sides the same secret', async (keys, curve) => {
    const inserted = await insert({ keys });
    await verifyTestPin(inserted);
    const ours = generateKeyPairSync('ec', curve);
    const secret = await agreeOnKey(inserted.exchange, '9D', ours.publicKey);
    const theirs = publicKeyOf(await certificateIn(inserted, '9D'));
    expect(hex(secret)).toBe(diffieHellman({ privateKey: ours.privateKey, publicKey: theirs }).toString('hex'));
  });

  test('by x25519 gives both sides the same secret', async () => {
    const inserted = await insert({ keys: 'x25519' });
    await verifyTestPin(inserted);
    const ours = generateKeyPairSync('x25519');
    const secret = await agreeOnKey(inserted.exchange, '9D', ours.publicKey);
    const theirs = publicKeyOf(await certificateIn(inserted, '9D'));
    expect(hex(secret)).toBe(diffieHellman({ privateKey: ours.privateKey, publicKey: theirs }).toString('hex'));
  });

  test('with an RSA key is not a thing', async () => {
    const inserted = await insert({ keys: 'p256' });
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await expect(agreeOnKey(inserted.exchange, '9D', publicKey)).rejects.toMatchObject(refused('not-supported'));
  });
});

describe('the admin key', () => {
  const keys = [
    ['3des', TEST_ADMIN_KEY],
    ['aes-128', { algorithm: 'aes128', value: '00112233445566778899aabbccddeeff' }],
    ['aes-192', { algorithm: 'aes192', value: '00112233445566778899aabbccddeeff0011223344556677' }],
    ['aes-256', { algorithm: 'aes256', value: '00112233445566778899aabbccddeeff'.repeat(2) }],
  ] as const;
  const modes = ['mutual', 'single'] as const;
  const empty = { '9a': null, '9c': null, '9d': null, '9e': null };
  const content = bytes('C1 01 00 C2 01 00 F3 00 FE 00');
  const KEY_HISTORY = { tag: 0x5fc10c, name: 'key history' };

  test.each(keys.flatMap(([algorithm, adminKey]) => modes.map((mode) => [algorithm, mode, adminKey] as const)))(
    '(%s, %s) opens PUT DATA',
    async (algorithm, mode, adminKey) => {
      const { exchange, piv } = await insert({ adminKey, keys: empty });
      await expect(piv.write(KEY_HISTORY, content)).rejects.toMatchObject(refused('not-authorised'));
      await authenticateAdmin(exchange, algorithm, bytes(adminKey.value), mode);
      await piv.write(KEY_HISTORY, content);
      expect(hex((await piv.read(KEY_HISTORY)) ?? bytes(''))).toBe(hex(content));
    },
  );

  test.each(PROFILE_NAMES.flatMap((profile) => modes.map((mode) => [profile, mode] as const)))(
    'when wrong is told by card %s (%s) as not authorised',
    async (profile, mode) => {
      const { exchange } = await insert({ profile, keys: empty });
      const wrong = authenticateAdmin(exchange, '3des', ADMIN_KEY.toReversed(), mode);
      await expect(wrong).rejects.toMatchObject(refused('not-authorised'));
    },
  );

  test.each(PROFILE_NAMES)('of another algorithm than card %s has is told as absent', async (profile) => {
    const { exchange } = await insert({ profile, keys: empty });
    const wrong = authenticateAdmin(exchange, 'aes-128', new Uint8Array(16));
    await expect(wrong).rejects.toMatchObject(refused('object-absent'));
  });

  test('is not believed of a card that cannot prove it', async () => {
    const impostor = new ApduExchange({
      transmit: (command) =>
        Promise.resolve(
          bytes(`7C 0A ${command[7] === 0x80 && command[8] === 0 ? '80' : '82'} 08 0011223344556677 9000`),
        ),
    });
    const attempt = authenticateAdmin(impostor, '3des', ADMIN_KEY);
    await expect(attempt).rejects.toMatchObject(refused('malformed-answer', { what: 'admin response' }));
  });

  test('of a wrong length is not even tried', async () => {
    const { exchange } = await insert({ keys: empty });
    const before = exchange.sent;
    await expect(authenticateAdmin(exchange, 'aes-128', ADMIN_KEY)).rejects.toBeInstanceOf(CardError);
    expect(exchange.sent).toBe(before);
  });
});

describe('a generated key', () => {
  test.each(['rsa-2048', 'p-256', 'p-384', 'ed25519'] as const)(
    'of kind %s is the one that signs',
    async (algorithm) => {
      const inserted = await insert({
        profile: 'embedded-c',
        keys: { '9a': null, '9c': null, '9d': null, '9e': null },
      });
      await expect(generateKey(inserted.exchange, '9A', algorithm)).rejects.toMatchObject(refused('not-authorised'));
      await authenticateAdmin(inserted.exchange, '3des', ADMIN_KEY);
      const key = await generateKey(inserted.exchange, '9A', algorithm);
      await verifyTestPin(inserted);
      expect(await provesPossession(inserted.exchange, '9A', key)).toBe(true);
    },
  );

  test('of a kind that the card does not make is not supported', async () => {
    const { exchange } = await insert({
      profile: 'applet-p',
      keys: { '9a': null, '9c': null, '9d': null, '9e': null },
    });
    await authenticateAdmin(exchange, '3des', ADMIN_KEY);
    const attempt = generateKey(exchange, '9A', 'ed25519');
    await expect(attempt).rejects.toMatchObject(refused('not-supported', { what: 'ed25519 keys' }));
  });

  const point = createECDH('prime256v1').generateKeys();
  test.each([
    ['nothing', '7F49 00'],
    ['a point off its curve', `7F49 43 86 41 ${point.fill(1, 1, 9).toString('hex')}`],
    ['a point of another curve', `7F49 63 86 61 04${'11'.repeat(96)}`],
    ['a compressed point', `7F49 23 86 21 02${'11'.repeat(32)}`],
    ['something else behind', `7F49 00 00 01`],
  ])('that is %s is malformed', (_, answer) => {
    expect(() => parseGeneratedKey(bytes(answer), 'p-256')).toThrow('malformed-answer (generated public key)');
  });

  test.each([
    ['shorter than asked for', 'ff'.repeat(255)],
    ['even', `ff${'00'.repeat(255)}`],
    ['without its top bit', `7f${'ff'.repeat(255)}`],
  ])('of RSA whose modulus is %s is malformed', (_, modulus) => {
    const answer = bytes(`81 82 ${(modulus.length / 2).toString(16).padStart(4, '0')} ${modulus} 82 03 010001`);
    const wrapped = Uint8Array.from([0x7f, 0x49, 0x82, answer.length >> 8, answer.length & 0xff, ...answer]);
    expect(() => parseGeneratedKey(wrapped, 'rsa-2048')).toThrow('malformed-answer (generated public key)');
  });
});

describe('a certificate', () => {
  test.each([false, true])(
    'of several kilobytes is written in a chain and read back in parts (compressed: %s)',
    async (compress) => {
      const inserted = await insert({ keys: 'rsa4096' });
      await authenticateAdmin(inserted.exchange, '3des', ADMIN_KEY);
      const der = await certificateIn(inserted, '9A');
      await inserted.piv.write(CERTIFICATE['9D'], encodeCertificateObject(der, { compress }));
      expect(hex(await certificateIn(inserted, '9D'))).toBe(hex(der));
    },
  );
});
