import { readFile, stat } from 'node:fs/promises';
import { RFC5280, STRICT } from '../../../core/pki/path/profile.ts';
import { type Examination, type ExaminationInputs, examine, unread } from '../../certificates/examine.ts';
import { certificatesIn, listsIn, readCertificates } from '../../certificates/trust-files.ts';
import type { Command, ExaminationOptions } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { fail, say, sayJson } from '../output.ts';

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const WEEK_MS = 7 * 86_400_000;

/**
 * `wardkey cert check FILE...`: what the validator says of certificates, for administrators and for whoever examines the
 * validator. The first certificate of a file is judged; what follows it there may be of use between it and its anchor.
 */
export const cert: Command = async ([verb, ...files], options) => {
  const { json } = options;
  if (verb !== 'check' || files.length === 0) {
    return fail('Usage_Wrong', { json, detail: 'cert needs check FILE...' });
  }
  const inputs = await inputsOf(options.examination);
  if ('detail' in inputs) return fail('Usage_Wrong', { json, detail: inputs.detail });
  let refused = false;
  for (const file of files) {
    const examination = await examineFile(file, inputs);
    if (examination.verdict === 'refused') refused = true;
    if (json) sayJson({ file, ...examination });
    else tell(file, examination);
  }
  return refused ? EXIT.certificate : EXIT.ok;
};

type Inputs = ExaminationInputs | { readonly detail: string };

async function inputsOf(options: ExaminationOptions): Promise<Inputs> {
  if (options.anchors.length === 0) return { detail: 'cert check needs --anchors' };
  const profile = options.profile ?? 'strict';
  if (profile !== 'strict' && profile !== 'rfc5280') return { detail: '--profile is strict or rfc5280' };
  const at = options.at === null ? Date.now() : timeOf(options.at);
  if (!Number.isFinite(at)) return { detail: '--at wants a time such as 2026-11-24T09:00:00Z' };
  const anchors = await readCertificates(options.anchors);
  const intermediates = await readCertificates(options.intermediates);
  const [problem] = [...anchors.problems, ...intermediates.problems];
  if (problem !== undefined) return { detail: `${problem.path}: ${problem.why}` };
  const lists: Uint8Array[] = [];
  for (const file of options.lists) {
    const content = await readBounded(file);
    if (!content.read) return { detail: content.why };
    const inside = listsIn(content.bytes);
    if (inside.length === 0) return { detail: `${file}: holds no revocation list` };
    lists.push(...inside);
  }
  return {
    anchors: anchors.certificates,
    intermediates: intermediates.certificates,
    lists,
    ocsp: options.ocsp,
    // Whoever names the responder on the command line may name one of this computer.
    fetch: { proxy: 'system', caFile: null, loopback: 'allow' },
    profile: profile === 'strict' ? STRICT : RFC5280,
    at,
    acceptedPolicies: options.acceptedPolicies,
    ageCap: WEEK_MS,
  };
}

/** ISO 8601, a date or a date with a time; NaN for anything else. */
function timeOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

async function examineFile(file: string, inputs: ExaminationInputs): Promise<Examination> {
  const content = await readBounded(file);
  if (!content.read) return unread(content.tooLarge ? 'budget-size' : 'not-a-certificate', [content.why]);
  const [first, ...rest] = certificatesIn(content.bytes);
  if (first === undefined) return unread('not-a-certificate', [`${file}: holds no certificate`]);
  return await examine(first, { ...inputs, intermediates: [...inputs.intermediates, ...rest] });
}

type Content =
  | { readonly read: true; readonly bytes: Buffer }
  | { readonly read: false; readonly why: string; readonly tooLarge: boolean };

async function readBounded(file: string): Promise<Content> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES)
      return { read: false, why: `${file}: larger than ${MAX_FILE_BYTES} bytes`, tooLarge: true };
    return { read: true, bytes: await readFile(file) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { read: false, why: `${file}: ${why}`, tooLarge: false };
  }
}

function tell(file: string, { verdict, reasons, certificate, path, problems }: Examination): void {
  say(`${file}: ${verdict}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`);
  if (certificate !== null) {
    say(`  ${certificate.subject}, ${certificate.key}, until ${new Date(certificate.notAfter).toISOString()}`);
  }
  for (const { subject } of path.slice(1)) say(`  below ${subject}`);
  for (const problem of problems) say(`  Note: ${problem}`);
}
