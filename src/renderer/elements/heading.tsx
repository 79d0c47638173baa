import { type ReactNode, useEffect, useRef } from 'react';
import { isTyping } from '../passcode/typing.ts';

/**
 * The heading of a page, or of a part that takes the page's place (`level` 2). It takes the focus when it comes, so that a
 * screen reader says where one is; but not from somebody who is typing a passcode.
 */
export function Heading({
  children,
  takesFocus = true,
  level = 1,
}: {
  children: ReactNode;
  takesFocus?: boolean;
  level?: 1 | 2;
}) {
  const Level = `h${level}` as const;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus && !isTyping()) heading.current?.focus();
  }, [takesFocus]);
  return (
    <Level ref={heading} className="nhsuk-heading-m wk-heading" tabIndex={-1}>
      {children}
    </Level>
  );
}
