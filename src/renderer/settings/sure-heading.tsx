import { type ReactNode, useEffect, useRef } from 'react';

/** A question that has come up on the page. It takes the focus, so that it is heard. */
export function SureHeading({ id, children }: { id: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h2 ref={heading} id={id} className="nhsuk-heading-s wk-heading" tabIndex={-1}>
      {children}
    </h2>
  );
}
