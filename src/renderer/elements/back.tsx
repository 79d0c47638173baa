import type { Place } from '../app/places.ts';
import { goTo } from '../app/store.ts';
import { useLanguage } from '../app/view.ts';

export function Back({ to }: { to: Place }) {
  const { text } = useLanguage();
  return (
    <button type="button" className="nhsuk-back-link wk-back" onClick={() => goTo(to)}>
      {text('common.back')}
    </button>
  );
}
