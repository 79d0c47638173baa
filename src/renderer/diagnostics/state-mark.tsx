import type { ReactNode } from 'react';
import type { FindingView } from '../../core/contract/view.ts';

/** One shape for each state: told apart without colour. The word stands beside it. */
const SHAPES: Record<FindingView['state'], ReactNode> = {
  ok: (
    <>
      <circle className="wk-mark__ground" cx="12" cy="12" r="11" />
      <path className="wk-mark__sign" d="M6.5 12.5l4 4 7-8.5" />
    </>
  ),
  warning: (
    <>
      <path className="wk-mark__ground" d="M12 1.5l11 20H1z" />
      <path className="wk-mark__sign" d="M12 9v6M12 18v.5" />
    </>
  ),
  failed: (
    <>
      <path className="wk-mark__ground" d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z" />
      <path className="wk-mark__sign" d="M8 8l8 8M16 8l-8 8" />
    </>
  ),
  'not-checked': <circle className="wk-mark__outline" cx="12" cy="12" r="10" />,
};

export function StateMark({ state }: { state: FindingView['state'] }) {
  return (
    <svg className={`wk-mark wk-mark--${state}`} viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}
