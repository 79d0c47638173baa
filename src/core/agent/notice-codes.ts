import type { FailureCode } from './failure-codes.ts';

/** What a person should hear of and the agent lives on with, by code. */

/** Those that the window tells until they are read. */
export const WINDOW_NOTICES = [
  'Policy_Invalid',
  'Policy_NotTaken',
  'Settings_Repaired',
  'Settings_NotSaved',
  'Trust_Unusable',
  'Trust_Ending',
  'Revocation_RunningOut',
  'Revocation_InGrace',
  'Clock_TurnedBack',
  'Window_NoBrowser',
  'Window_NotShown',
] as const satisfies readonly FailureCode[];
export type WindowNotice = (typeof WINDOW_NOTICES)[number];

/** The others have a screen of their own, which the window does not repeat as a notice. */
export type NoticeCode = WindowNotice | Extract<FailureCode, 'Card_Unattended' | 'Lock_Failed' | 'Action_Failed'>;
