import type { ReactNode } from 'react';
import type { Place } from '../app/places.ts';
import { goTo } from '../app/store.ts';
import { useLanguage } from '../app/view.ts';

export function Back({ to }: { to: Place }) {
  const { text } = useLanguage();
  return <BackButton onClick={() => goTo(to)}>{text('common.back')}</BackButton>;
}

export function BackButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="nhsuk-back-link wk-back" onClick={onClick}>
      {children}
    </button>
  );
}
