import type { AgentPhase } from '../../core/agent/phases.ts';
import type { ViewSnapshot } from '../../core/contract/view.ts';
import type { TextKey } from '../../core/language/translator.ts';

type Begins = Pick<ViewSnapshot, 'sessionBegins'>;

/** A session that began by itself has ended and left its card in: a passcode would not bring it back, the card does. */
export const wantsInsertion = (phase: AgentPhase, { sessionBegins }: Begins): boolean =>
  phase === 'awaiting-passcode' && sessionBegins === 'insertion';

/** The state of a card, as its heading says it. */
export const titleOf = (phase: AgentPhase, view: Begins): TextKey =>
  wantsInsertion(phase, view) ? 'panel.insertAgain.title' : `panel.state.${phase}`;
