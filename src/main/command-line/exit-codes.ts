import type { FailureCode } from '../../core/agent/failure-codes.ts';

/** What `wardkey` exits with; docs/command-line.md lists them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  service: 3,
  reader: 4,
  card: 5,
  passcode: 6,
  blocked: 7,
  lastTry: 8,
  certificate: 9,
  lock: 10,
  agent: 11,
  policy: 12,
  internal: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(code: FailureCode): ExitCode {
  switch (code) {
    case 'Passcode_Blocked':
    case 'Puk_Blocked':
      return EXIT.blocked;
    case 'Passcode_LastTry':
    case 'Card_TriesUnknown':
      return EXIT.lastTry;
    case 'Usage_Wrong':
    case 'Passcode_Missing':
    case 'Passcode_Mismatch':
      return EXIT.usage;
    default:
      break;
  }
  const [state] = code.split('_');
  switch (state) {
    case 'Service':
      return EXIT.service;
    case 'Driver':
    case 'Reader':
      return EXIT.reader;
    case 'Card':
    case 'Attempt':
      return EXIT.card;
    case 'Passcode':
    case 'Puk':
      return EXIT.passcode;
    case 'Certificate':
      return EXIT.certificate;
    case 'Lock':
    case 'Action':
      return EXIT.lock;
    case 'Agent':
      return EXIT.agent;
    case 'Policy':
      return EXIT.policy;
    default:
      return EXIT.failed;
  }
}
