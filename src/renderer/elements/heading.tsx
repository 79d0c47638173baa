import { type ReactNode, useEffect, useRef } from 'react';

/** The page's first heading. It takes the focus when its page opens, so that a screen reader says where one is. */
export function Heading({ children, takesFocus = true }: { children: ReactNode; takesFocus?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  return (
    <h1 ref={heading} className="nhsuk-heading-m wk-heading" tabIndex={-1}>
      {children}
    </h1>
  );
}
