import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { getCACertificates } from 'node:tls';

/** Certificates that an organisation has put on its computers: files or folders, PEM or DER. */

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_FILES = 2_000;
const MAX_CERTIFICATES = 5_000;
const ENDINGS: ReadonlySet<string> = new Set(['.pem', '.crt', '.cer', '.der']);

export type TrustProblem = { readonly path: string; readonly why: string };

export type ReadCertificates = {
  readonly certificates: readonly Uint8Array[];
  readonly problems: readonly TrustProblem[];
};

/** Reads all of them; what cannot be read is told, and the rest counts. Folders are not searched for folders. */
export async function readCertificates(paths: readonly string[]): Promise<ReadCertificates> {
  const certificates: Uint8Array[] = [];
  const problems: TrustProblem[] = [];
  for (const path of paths) {
    try {
      const found = await stat(path);
      const files = found.isDirectory() ? await filesIn(path) : [path];
      for (const file of files) {
        const inside = certificatesIn(await readBounded(file));
        if (inside.length === 0) problems.push({ path: file, why: 'holds no certificate' });
        certificates.push(...inside);
        if (certificates.length > MAX_CERTIFICATES) throw new Error(`more than ${MAX_CERTIFICATES} certificates`);
      }
      if (files.length === 0) problems.push({ path, why: 'holds no file that ends with .pem, .crt, .cer or .der' });
    } catch (error) {
      problems.push({ path, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { certificates: certificates.slice(0, MAX_CERTIFICATES), problems };
}

/** The anchors of the operating system. */
export function systemCertificates(): ReadCertificates {
  try {
    return { certificates: getCACertificates('system').flatMap((text) => pemBlocks(text)), problems: [] };
  } catch (error) {
    return {
      certificates: [],
      problems: [{ path: 'system', why: error instanceof Error ? error.message : String(error) }],
    };
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && ENDINGS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(folder, entry.name))
    .toSorted()
    .slice(0, MAX_FILES);
}

async function readBounded(file: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new Error(`${file} is larger than ${MAX_FILE_BYTES} bytes`);
  return await readFile(file);
}

const SEQUENCE = 0x30;

/** The DER of each; nothing is said yet of whether it is a certificate. */
export function certificatesIn(content: Buffer): readonly Uint8Array[] {
  return content[0] === SEQUENCE ? [content] : pemBlocks(content.toString('latin1'));
}

export function listsIn(content: Buffer): readonly Uint8Array[] {
  return content[0] === SEQUENCE ? [content] : pemBlocks(content.toString('latin1'), LIST);
}

const CERTIFICATE = /-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END/g;
const LIST = /-----BEGIN X509 CRL-----([^-]*)-----END/g;

/** RFC 7468. */
function pemBlocks(text: string, label = CERTIFICATE): readonly Uint8Array[] {
  const blocks = text.matchAll(label);
  return [...blocks].flatMap(([, body = '']) => {
    const der = Buffer.from(body, 'base64');
    return der[0] === SEQUENCE ? [der] : [];
  });
}
