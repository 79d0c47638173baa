import type { PasscodeEntry } from './passcode-entry.ts';

/** The entries of the page that is open. What is typed stays in them: all that is told is whether something is. */
const open = new Set<PasscodeEntry>();

/** Counts this entry from now on. Returns how to stop. */
export function countEntry(entry: PasscodeEntry): () => void {
  open.add(entry);
  return () => open.delete(entry);
}

/** Whether somebody is in the middle of a passcode: neither card nor keyboard must be taken from under their fingers. */
export function isTyping(): boolean {
  return [...open].some(({ length }) => length > 0);
}
