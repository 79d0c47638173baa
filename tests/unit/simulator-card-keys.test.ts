import {
  constants,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  verify,
  X509Certificate,
} from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CardKey, generateCardKey } from '../../src/simulator/card/card-key.ts';
import type { AdminKey } from '../../src/simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT, PIV_SLOTS, type PivSlot } from '../../src/simulator/card/data-objects.ts';
import { ALGORITHM_IDENTIFIER, type KeyAlgorithm, RSA_BITS } from '../../src/simulator/card/key-algorithm.ts';
import { issueCard } from '../../src/simulator/pki/issue-card.ts';
import { element, encrypt, Terminal } from './simulator-terminal.ts';

function publicKeyOf(terminal: Terminal, slot: PivSlot): KeyObject {
  const object = element(terminal.getData(CERTIFICATE_OBJECT[slot]).data, 0x53);
  return new X509Certificate(element(object, 0x70)).publicKey;
}

describe.each(['rsa1024', 'rsa2048', 'rsa3072', 'rsa4096'] as const)('an %s card', (keys) => {
  const algorithm = ALGORITHM_IDENTIFIER[keys];
  const length = RSA_BITS[keys] / 8;

  let terminal: Terminal;

  // One slow key for all; the card is put in anew for each test.
  beforeAll(async () => {
    terminal = new Terminal(await issueCard({ keys: { '9d': keys } }));
  });
  beforeEach(() => {
    terminal.card.reset();
    terminal.verify();
  });

  it('does the bare private operation: what it signs, its certificate opens, and the other way round', () => {
    const block = Buffer.concat([Buffer.of(0), randomBytes(length - 1)]);
    const key = { key: publicKeyOf(terminal, '9d'), padding: constants.RSA_NO_PADDING };
    const signed = terminal.use('9d', algorithm, block);
    expect(signed.sw).toBe('9000');
    expect(publicDecrypt(key, signed.data)).toEqual(block);
    expect(terminal.use('9d', algorithm, publicEncrypt(key, block)).data).toEqual(block);
  });

  it('refuses a block of another length, or not below its modulus', () => {
    expect(terminal.use('9d', algorithm, Buffer.alloc(length - 1)).sw).toBe('6A80');
    expect(terminal.use('9d', algorithm, Buffer.alloc(length, 0xff)).sw).toBe('6A80');
  });
});

describe.each([
  { keys: 'p256', hash: 'sha256', curve: 'prime256v1', bytes: 32 },
  { keys: 'p384', hash: 'sha384', curve: 'secp384r1', bytes: 48 },
] as const)('a $keys card', ({ keys, hash, curve, bytes }) => {
  const algorithm = ALGORITHM_IDENTIFIER[keys];

  it('signs a digest that somebody else made, each time differently', async () => {
    const terminal = new Terminal(await issueCard({ keys }));
    terminal.verify();
    const message = randomBytes(100);
    const digest = createHash(hash).update(message).digest();
    const signatures = Array.from({ length: 20 }, () => terminal.use('9a', algorithm, digest).data);
    for (const signature of signatures) {
      expect(verify(hash, message, publicKeyOf(terminal, '9a'), signature)).toBe(true);
      expect(verify(hash, randomBytes(100), publicKeyOf(terminal, '9a'), signature)).toBe(false);
    }
    expect(new Set(signatures.map((signature) => signature.toString('hex'))).size).toBe(20);
    expect(terminal.use('9a', algorithm, Buffer.alloc(bytes + 1, 1)).sw).toBe('6A80');
  });

  it('agrees on a key with a point of its curve and with nothing else', async () => {
    const terminal = new Terminal(await issueCard({ keys }));
    terminal.verify();
    const peer = generateKeyPairSync('ec', { namedCurve: curve });
    const { x, y } = peer.publicKey.export({ format: 'jwk' });
    const coordinates = [x, y].map((part) => Buffer.from(part ?? '', 'base64url'));
    const point = Buffer.concat([Buffer.of(4), ...coordinates]);
    const expected = diffieHellman({ privateKey: peer.privateKey, publicKey: publicKeyOf(terminal, '9d') });
    expect(terminal.use('9d', algorithm, point, 0x85)).toEqual({ sw: '9000', data: expected });
    point[10] = (point[10] ?? 0) ^ 1;
    expect(terminal.use('9d', algorithm, point, 0x85).sw).toBe('6A80');
  });
});

describe('a card with Ed25519 and X25519 keys', () => {
  it('signs the message itself', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'ed25519' }));
    terminal.verify();
    const message = randomBytes(300);
    const { data } = terminal.use('9a', ALGORITHM_IDENTIFIER.ed25519, message);
    expect(verify(null, message, publicKeyOf(terminal, '9a'), data)).toBe(true);
  });

  it('agrees on a key', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'ed25519' }));
    terminal.verify();
    const peer = generateKeyPairSync('x25519');
    const point = peer.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const expected = diffieHellman({ privateKey: peer.privateKey, publicKey: publicKeyOf(terminal, '9d') });
    expect(terminal.use('9d', ALGORITHM_IDENTIFIER.x25519, point, 0x85)).toEqual({ sw: '9000', data: expected });
    expect(terminal.use('9d', ALGORITHM_IDENTIFIER.x25519, point).sw).toBe('6A80');
  });
});

describe('GENERAL AUTHENTICATE', () => {
  it.each([
    ['no template', ''],
    ['two templates', '7c0082007c00'],
    ['a challenge without asking for a response', '7c028100'],
    ['nothing to sign', '7c028200'],
    ['an element twice', '7c0682008101018101'],
    ['a length beyond the end', '7c7f8200'],
  ])('is refused with %s', async (_flaw, data) => {
    const terminal = new Terminal(await issueCard({ keys: 'p256' }));
    terminal.verify();
    expect(terminal.send('0087119a', Buffer.from(data, 'hex')).sw).toBe('6A80');
  });

  it('is refused with an algorithm that is not the key’s, and with a slot that is none', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256' }));
    terminal.verify();
    expect(terminal.use('9a', ALGORITHM_IDENTIFIER.p384, Buffer.alloc(32, 1)).sw).toBe('6A86');
    expect(terminal.use('42', ALGORITHM_IDENTIFIER.p256, Buffer.alloc(32, 1)).sw).toBe('6A86');
  });
});

describe.each([
  { algorithm: '3des', identifier: '03', value: '00112233445566778899aabbccddeeff0123456789abcdef' },
  { algorithm: 'aes128', identifier: '08', value: '00112233445566778899aabbccddeeff' },
  { algorithm: 'aes192', identifier: '0a', value: '00112233445566778899aabbccddeeff0123456789abcdef' },
  { algorithm: 'aes256', identifier: '0c', value: '00112233445566778899aabbccddeeff'.repeat(2) },
] as const)('a card with a $algorithm admin key', ({ algorithm, identifier, value }) => {
  const adminKey: AdminKey = { algorithm, value };
  it('is convinced by the right answer to its challenge, once', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256', adminKey }));
    expect(terminal.authenticateAdmin(adminKey, randomBytes(16))).toBe('6982');
    expect(mayWrite(terminal)).toBe(false);
    expect(terminal.authenticateAdmin(adminKey)).toBe('9000');
    expect(mayWrite(terminal)).toBe(true);
    terminal.card.reset();
    expect(mayWrite(terminal)).toBe(false);
  });

  it('proves itself while it is convinced by its witness', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256', adminKey }));
    const block = algorithm === '3des' ? 8 : 16;
    const header = `0087${identifier}9b`;
    const witness = element(element(terminal.send(header, Buffer.from('7c028000', 'hex')).data, 0x7c), 0x80);
    expect(witness).toHaveLength(block);
    const challenge = randomBytes(block);
    const proof = Buffer.concat([
      Buffer.of(0x80, block),
      decrypt(adminKey, witness),
      Buffer.of(0x81, block),
      challenge,
    ]);
    const answer = terminal.send(header, Buffer.concat([Buffer.of(0x7c, proof.length), proof]));
    expect(answer.sw).toBe('9000');
    expect(element(element(answer.data, 0x7c), 0x82)).toEqual(encrypt(adminKey, challenge));
    expect(mayWrite(terminal)).toBe(true);
  });

  it('takes no answer to a challenge that it never made, and no challenge twice', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256', adminKey }));
    const header = `0087${identifier}9b`;
    const block = algorithm === '3des' ? 8 : 16;
    const response = Buffer.concat([Buffer.of(0x7c, block + 2, 0x82, block), Buffer.alloc(block)]);
    expect(terminal.send(header, response).sw).toBe('6985');
    const asked = terminal.send(header, Buffer.from('7c028100', 'hex'));
    const right = encrypt(adminKey, element(element(asked.data, 0x7c), 0x81));
    const answer = Buffer.concat([Buffer.of(0x7c, block + 2, 0x82, block), right]);
    expect(terminal.send(header, answer).sw).toBe('9000');
    expect(terminal.send(header, answer).sw).toBe('6985');
    expect(mayWrite(terminal)).toBe(false);
  });
});

describe('GENERATE', () => {
  it.each(['rsa1024', 'rsa2048', 'p256', 'p384', 'ed25519', 'x25519'] as const)(
    'makes a new %s key, tells its public half, and destroys the old one',
    async (algorithm) => {
      const traits = { generates: [algorithm] };
      const terminal = new Terminal(await issueCard({ keys: 'p256', traits }));
      terminal.authenticateAdmin();
      const old = publicKeyOf(terminal, '9a');
      const { sw, data } = generate(terminal, '9a', algorithm);
      expect(sw).toBe('9000');
      const made = terminal.card.snapshot().keys['9a'];
      expect(made?.algorithm).toBe(algorithm);
      const key = CardKey.fromPkcs8(algorithm, Buffer.from(made?.pkcs8 ?? '', 'base64'));
      expect(data).toEqual(key.publicKeyObject());
      expect(createPublicKey(key.privateKey).equals(old)).toBe(false);
      expect(publicKeyOf(terminal, '9a').equals(old), 'the certificate stays as it was').toBe(true);
    },
  );

  it('is refused for what the card does not make and for places that hold no key', async () => {
    const terminal = new Terminal(await issueCard({ profile: 'applet-p', keys: 'p256' }));
    terminal.select();
    terminal.authenticateAdmin();
    expect(generate(terminal, '9a', 'ed25519').sw).toBe('6A80');
    expect(generate(terminal, '9b', 'p256').sw).toBe('6A86');
    expect(terminal.send('0047009a', Buffer.from('ac00', 'hex')).sw).toBe('6A80');
  });

  it('fills a retired slot too', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256' }));
    terminal.authenticateAdmin();
    expect(generate(terminal, '82', 'p256').sw).toBe('9000');
    terminal.verify();
    expect(terminal.use('82', ALGORITHM_IDENTIFIER.p256, Buffer.alloc(32, 1)).sw).toBe('9000');
  });

  it('takes its chance from the source that it is given', () => {
    expect(generateCardKey('p256', counting()).pkcs8()).toEqual(generateCardKey('p256', counting()).pkcs8());
    const key = generateCardKey('p384', counting());
    const digest = randomBytes(48);
    expect(key.answerChallenge(digest, counting())).toEqual(key.answerChallenge(digest, counting()));
  });
});

it('holds keys of all slots at once, each its own', async () => {
  const terminal = new Terminal(await issueCard({ keys: 'p256' }));
  const keys = PIV_SLOTS.map((slot) =>
    publicKeyOf(terminal, slot).export({ format: 'der', type: 'spki' }).toString('hex'),
  );
  expect(new Set(keys).size).toBe(4);
});

function generate(terminal: Terminal, slot: string, algorithm: KeyAlgorithm) {
  const identifier = Buffer.of(ALGORITHM_IDENTIFIER[algorithm]).toString('hex');
  return terminal.send(`004700${slot}`, Buffer.from(`ac038001${identifier}`, 'hex'));
}

/** The terminal's half of the mutual proof: opens the witness. */
function decrypt(key: AdminKey, sealed: Buffer): Buffer {
  const name = key.algorithm === '3des' ? 'des-ede3' : `aes-${key.algorithm.slice(3)}-ecb`;
  const decipher = createDecipheriv(name, Buffer.from(key.value, 'hex'), null).setAutoPadding(false);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

function mayWrite(terminal: Terminal): boolean {
  return terminal.putData('5fc106', Buffer.of(1)).sw === '9000';
}

/** Chance that is the same every time. */
function counting() {
  let next = 1;
  return (bytes: number) => Uint8Array.from({ length: bytes }, () => next++ & 0xff);
}
