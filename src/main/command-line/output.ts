import { FAILURES, type FailureCode } from '../../core/agent/failure-codes.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';

/** Writes for people and for machines; nothing else in the command line writes. */

export function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

/** One value a line, for machines. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${printableJson(value)}\n`);
}

/** One clear line: what happened, what to do, and the stable code. Returns the exit code that goes with it. */
export function fail(code: FailureCode, options: { json: boolean; detail?: string }): ExitCode {
  const { says, next } = FAILURES[code];
  const detail = options.detail === undefined || options.detail === '' ? '' : ` (${oneLine(options.detail)})`;
  if (options.json) sayJson({ ok: false, code, says, next, ...(detail === '' ? {} : { detail: options.detail }) });
  else process.stderr.write(`wardkey: ${says}${detail} ${next} [${code}]\n`);
  return exitCodeOf(code);
}

/** Names of readers and certificates come from outside: what steers a terminal is not passed on to one. */
export function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

/** JSON.stringify escapes the control characters of ASCII, but not those above it. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Details may come from cards, files and other programs: bounded, printable, one line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);
}

export const succeeded = (): ExitCode => EXIT.ok;
