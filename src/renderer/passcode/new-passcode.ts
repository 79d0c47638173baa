import { codeOfPasscodeProblem, type FailureCode } from '../../core/agent/failure-codes.ts';
import { checkForChoosing } from '../../core/agent/passcode-policy.ts';
import type { ViewSnapshot } from '../../core/contract/view.ts';
import type { PasscodeEntry } from './passcode-entry.ts';

export type NewPasscode = { readonly new: PasscodeEntry; readonly again: PasscodeEntry };

/** What is wrong with a new passcode that was typed twice, before the card sees it. @param old where it is known */
export function objectionToNew(
  entries: NewPasscode,
  old: Uint8Array | null,
  rules: ViewSnapshot['passcode'],
): { readonly field: keyof NewPasscode; readonly code: FailureCode } | null {
  const chosen = checkForChoosing(entries.new.peek(), old, rules);
  if (chosen !== null) return { field: 'new', code: codeOfPasscodeProblem(chosen, 'choosing') };
  const same =
    entries.new.length === entries.again.length &&
    entries.new.peek().every((byte, i) => byte === entries.again.peek()[i]);
  return same ? null : { field: 'again', code: 'Passcode_Mismatch' };
}
