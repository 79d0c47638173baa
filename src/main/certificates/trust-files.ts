import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import * as tls from 'node:tls';

/** Certificates that an organisation has put on its computers: files or folders, PEM or DER. */

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_FILES = 2_000;
const MAX_CERTIFICATES = 5_000;
const ENDINGS: ReadonlySet<string> = new Set(['.pem', '.crt', '.cer', '.der']);

export type TrustProblem = { readonly path: string; readonly why: string };

export type ReadCertificates = {
  readonly certificates: readonly Uint8Array[];
  /** The file that each of them comes from. */
  readonly files: readonly string[];
  readonly problems: readonly TrustProblem[];
};

/** Reads all of them; what cannot be read is told, and the rest counts. Folders are not searched for folders. */
export async function readCertificates(paths: readonly string[]): Promise<ReadCertificates> {
  const read: Array<{ readonly der: Uint8Array; readonly file: string }> = [];
  const problems: TrustProblem[] = [];
  const orProblem = async <Value>(path: string, work: () => Promise<Value>): Promise<Value | null> => {
    try {
      return await work();
    } catch (error) {
      problems.push({ path, why: error instanceof Error ? error.message : String(error) });
      return null;
    }
  };
  for (const path of paths) {
    const found = await orProblem(path, async () => ((await stat(path)).isDirectory() ? await filesIn(path) : [path]));
    if (found?.length === 0) problems.push({ path, why: 'holds no file that ends with .pem, .crt, .cer or .der' });
    if (found !== null && found.length > MAX_FILES) problems.push({ path, why: `holds more than ${MAX_FILES} files` });
    for (const file of found?.slice(0, MAX_FILES) ?? []) {
      const inside = await orProblem(file, async () => certificatesIn(await readBounded(file)));
      if (inside?.length === 0) problems.push({ path: file, why: 'holds no certificate' });
      for (const der of inside ?? []) read.push({ der, file });
      if (read.length <= MAX_CERTIFICATES) continue;
      problems.push({ path: file, why: `more than ${MAX_CERTIFICATES} certificates` });
      break;
    }
    if (read.length > MAX_CERTIFICATES) break;
  }
  const kept = read.slice(0, MAX_CERTIFICATES);
  return { certificates: kept.map(({ der }) => der), files: kept.map(({ file }) => file), problems };
}

/**
 * The anchors of the operating system. Reading them keeps a thread for a tenth of a second.
 * @throws where they cannot be had, as from Node 20
 */
export function systemCertificates(): readonly Uint8Array[] {
  return tls.getCACertificates('system').flatMap((text) => pemBlocks(text));
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && ENDINGS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(folder, entry.name))
    .toSorted();
}

async function readBounded(file: string): Promise<Buffer> {
  const found = await stat(file);
  // A pipe or a device might never end.
  if (!found.isFile()) throw new Error(`${file} is no file`);
  const { size } = found;
  if (size > MAX_FILE_BYTES) throw new Error(`${file} is larger than ${MAX_FILE_BYTES} bytes`);
  return await readFile(file);
}

const SEQUENCE = 0x30;

/** The DER of each; nothing is said yet of whether it is a certificate. */
export function certificatesIn(content: Buffer): readonly Uint8Array[] {
  return blocksIn(content, CERTIFICATE);
}

export function listsIn(content: Buffer): readonly Uint8Array[] {
  return blocksIn(content, LIST);
}

/** A text may begin with the digit that a SEQUENCE begins with: PEM first. */
function blocksIn(content: Buffer, label: RegExp): readonly Uint8Array[] {
  const isText = content.subarray(0, 16).every((octet) => octet >= 0x20 || (octet >= 0x09 && octet <= 0x0d));
  return content[0] === SEQUENCE && !isText ? [content] : pemBlocks(content.toString('latin1'), label);
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
