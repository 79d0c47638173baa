import type { UnlockWay } from '../../core/contract/unlock.ts';
import { useLanguage } from '../app/view.ts';

const STEPS = {
  'self-service': ['way', 'address', 'code', 'passcode'],
  assisted: ['way', 'passcode', 'ra'],
} as const satisfies Record<UnlockWay, readonly string[]>;
export type StepName = (typeof STEPS)[UnlockWay][number];

/** Where one is among the questions. @param at null: all are behind */
export function Steps({ way, at }: { way: UnlockWay; at: StepName | null }) {
  const { text } = useLanguage();
  const steps: readonly StepName[] = STEPS[way];
  const current = at === null ? steps.length : steps.indexOf(at);
  return (
    <ol className="wk-stepper" aria-label={text('unlock.steps')}>
      {steps.map((step, place) => {
        const done = place < current;
        const label = text(`unlock.step.${step}`);
        return (
          <li
            key={step}
            className={`wk-stepper__step${done ? ' wk-stepper__step--done' : ''}`}
            aria-current={place === current ? 'step' : undefined}
          >
            <span className="wk-stepper__mark" aria-hidden="true">
              {done ? (
                <svg viewBox="0 0 24 24" aria-hidden="true">
                  <path d="M5.5 12.5l4.5 4.5 8.5-10" />
                </svg>
              ) : (
                place + 1
              )}
            </span>
            <span className="wk-stepper__label">
              {done ? (
                <>
                  <span className="nhsuk-u-visually-hidden">{text('unlock.stepDone', { step: label })}</span>
                  <span aria-hidden="true">{label}</span>
                </>
              ) : (
                label
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
