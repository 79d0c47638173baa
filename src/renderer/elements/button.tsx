import type { ReactNode } from 'react';

const LOOKS = { primary: '', secondary: ' nhsuk-button--secondary', warning: ' nhsuk-button--warning' } as const;

export type ButtonProps = {
  readonly children: ReactNode;
  readonly onClick: () => void;
  readonly look?: keyof typeof LOOKS;
  readonly disabled?: boolean;
  readonly describedBy?: string;
};

/** The one primary action of a page is `primary`; everything else is not. */
export function Button({ children, onClick, look = 'primary', disabled = false, describedBy }: ButtonProps) {
  return (
    <button
      type="button"
      className={`nhsuk-button wk-button${LOOKS[look]}`}
      // A disabled button would lose the focus and fall silent: it stays, and says that it does nothing.
      aria-disabled={disabled || undefined}
      aria-describedby={describedBy}
      onClick={() => {
        if (!disabled) onClick();
      }}
    >
      {children}
    </button>
  );
}

/** An action that reads like a link. */
export function TextButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="wk-text-button" onClick={onClick}>
      {children}
    </button>
  );
}
