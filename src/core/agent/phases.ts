/** The states of a card and of the agent as they are shown, by name. */

export const CARD_PHASES = [
  'empty',
  'mute',
  'reading',
  'unsupported',
  'unreadable',
  'awaiting-passcode',
  /** A session that began by itself has ended and left its card in: a passcode would not bring it back, the card does. */
  'awaiting-insertion',
  'checking',
  'active',
  'blocked',
  'certificate-trouble',
] as const;
export type CardPhase = (typeof CARD_PHASES)[number];

export const AGENT_PHASES = [
  'starting',
  'no-service',
  'no-reader',
  'no-card',
  'grace',
  'locked',
  'mute',
  'reading',
  'unsupported',
  'unreadable',
  'awaiting-passcode',
  'awaiting-insertion',
  'checking',
  'active',
  'blocked',
  'certificate-trouble',
] as const;
export type AgentPhase = (typeof AGENT_PHASES)[number];
