import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificatesIn, listsIn, readCertificates } from '../../../src/main/certificates/trust-files.ts';
import { testAuthority } from '../../../src/simulator/pki/test-authority.ts';

let folder = '';
let root: Uint8Array;
let issuing: Uint8Array;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-anchors-'));
  const authority = await testAuthority();
  root = authority.rootCertificate;
  issuing = authority.issuingCertificate;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const pem = (der: Uint8Array, label = 'CERTIFICATE') =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;
const hex = (ders: readonly Uint8Array[]) => ders.map((der) => Buffer.from(der).toString('hex'));

async function read(...names: readonly string[]) {
  const { certificates, files, problems } = await readCertificates(names.map(at));
  return { certificates: hex(certificates), files, problems };
}

describe('Certificates are read', () => {
  it('from DER', async () => {
    writeFileSync(at('root.der'), root);
    expect(await read('root.der')).toEqual({ certificates: hex([root]), files: [at('root.der')], problems: [] });
  });

  it.each<[string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['with lines that end as on Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['with words around it', (text) => `Subject: CN=x\n\n${text}\nthat was it\n`],
    ['behind a text that begins like a SEQUENCE', (text) => `0 s:CN = x\n${text}`],
    ['behind the mark of UTF-8', (text) => `\uFEFF${text}`],
    ['under the older label', (text) => text.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE')],
  ])('from PEM with several of them, %s', async (_what, write) => {
    writeFileSync(at('both.pem'), write(pem(root) + pem(issuing)));
    expect(await read('both.pem')).toEqual({
      certificates: hex([root, issuing]),
      files: [at('both.pem'), at('both.pem')],
      problems: [],
    });
  });

  it('from a folder: by their endings, in the order of their names, and not from the folders in it', async () => {
    writeFileSync(at('b.CRT'), pem(issuing));
    writeFileSync(at('a.cer'), root);
    writeFileSync(at('readme.txt'), pem(root));
    mkdirSync(at('c.pem'));
    writeFileSync(join(at('c.pem'), 'd.pem'), pem(root));
    expect(await read('.')).toEqual({
      certificates: hex([root, issuing]),
      files: [at('a.cer'), at('b.CRT')],
      problems: [],
    });
  });
});

describe('What cannot be read is told, and the rest counts', () => {
  it.each<[string, RegExp, () => void]>([
    ['that is not there', /ENOENT/, () => undefined],
    ['that holds no certificate', /holds no certificate/, () => writeFileSync(at('x.pem'), 'a text')],
    ['that is empty', /holds no certificate/, () => writeFileSync(at('x.pem'), '')],
    ['that holds a key', /holds no certificate/, () => writeFileSync(at('x.pem'), pem(root, 'PRIVATE KEY'))],
    [
      'that is no base64',
      /holds no certificate/,
      () => writeFileSync(at('x.pem'), pem(root).replaceAll(/^MII/gm, '!!!')),
    ],
    [
      'that is huge',
      /larger than/,
      () => {
        writeFileSync(at('x.pem'), '');
        truncateSync(at('x.pem'), 5 * 1024 * 1024);
      },
    ],
    ['that is a pipe', /no file/, () => execFileSync('mkfifo', [at('x.pem')])],
    ['that is a folder without any', /holds no file that ends with/, () => mkdirSync(at('x.pem'))],
  ])('a file %s', async (_what, why, make) => {
    make();
    writeFileSync(at('root.pem'), pem(root));
    expect(await read('x.pem', 'root.pem')).toMatchObject({
      certificates: hex([root]),
      problems: [{ path: at('x.pem'), why: expect.stringMatching(why) }],
    });
  });

  it('one of a folder', async () => {
    writeFileSync(at('a.pem'), '');
    truncateSync(at('a.pem'), 5 * 1024 * 1024);
    execFileSync('mkfifo', [at('b.pem')]);
    writeFileSync(at('c.pem'), pem(root));
    const { certificates, problems } = await read('.');
    expect(certificates).toEqual(hex([root]));
    expect(problems.map(({ path }) => path)).toEqual([at('a.pem'), at('b.pem')]);
  });

  it('a device that never ends', async () => {
    const { certificates, problems } = await readCertificates(['/dev/zero']);
    expect(certificates).toEqual([]);
    expect(problems).toMatchObject([{ path: '/dev/zero', why: expect.stringContaining('no file') }]);
  });

  it('more files, or more certificates, than anybody has', async () => {
    mkdirSync(at('many'));
    for (let n = 0; n < 2_001; n++) writeFileSync(join(at('many'), `${n}.der`), root);
    const files = await read('many');
    expect(files.certificates).toHaveLength(2_000);
    expect(files.problems).toMatchObject([{ path: at('many'), why: expect.stringContaining('2000') }]);
    const short = pem(Uint8Array.of(0x30, 0));
    writeFileSync(at('bundle.pem'), short.repeat(5_001));
    const bundle = await read('bundle.pem');
    expect(bundle.certificates).toHaveLength(5_000);
    expect(bundle.problems).toMatchObject([{ path: at('bundle.pem'), why: expect.stringContaining('5000') }]);
  });
});

describe('A list', () => {
  it('is found in DER and in PEM, and is no certificate', () => {
    const der = Uint8Array.of(0x30, 0x82, 0x01, 0x00);
    expect(hex(listsIn(Buffer.from(der)))).toEqual(hex([der]));
    expect(hex(listsIn(Buffer.from(pem(der, 'X509 CRL'))))).toEqual(hex([der]));
    expect(listsIn(Buffer.from(pem(der)))).toEqual([]);
    expect(certificatesIn(Buffer.from(pem(der, 'X509 CRL')))).toEqual([]);
  });
});
