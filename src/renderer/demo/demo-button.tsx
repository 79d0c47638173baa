import type { ReactNode } from 'react';

/** A deed of the demonstration. @param name what it is called where its words alone do not say it */
export function DemoButton({
  children,
  onClick,
  name,
  pressed,
}: {
  children: ReactNode;
  onClick: () => void;
  name?: string;
  pressed?: boolean;
}) {
  return (
    <button type="button" className="wk-demo__deed" aria-label={name} aria-pressed={pressed} onClick={onClick}>
      {children}
    </button>
  );
}
