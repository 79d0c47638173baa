import { type ReactNode, useId } from 'react';

/** A titled list of rows that each lead to a page. */
export function Rows({
  title,
  strong = false,
  children,
}: {
  title: string;
  /** Whether this list comes before all others. */
  strong?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={strong ? 'wk-rows wk-rows--strong' : 'wk-rows'} aria-labelledby={id}>
      <h2 id={id} className="nhsuk-heading-s wk-rows__title">
        {title}
      </h2>
      <ul className="wk-rows__list">{children}</ul>
    </section>
  );
}

export function Row({ title, hint, onClick }: { title: string; hint?: string; onClick: () => void }) {
  return (
    <li className="wk-rows__item">
      <button type="button" className="wk-row" onClick={onClick}>
        <span className="wk-row__words">
          <span className="wk-row__title">{title}</span>
          {hint !== undefined && <span className="wk-row__hint">{hint}</span>}
        </span>
        <Arrow />
      </button>
    </li>
  );
}

function Arrow() {
  return (
    <svg className="wk-row__arrow" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M5 2l6 6-6 6" />
    </svg>
  );
}
