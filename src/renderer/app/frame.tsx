import type { ReactNode } from 'react';
import brand from '../../../assets/brand.svg';
import { HOME, type Place } from './places.ts';
import { goTo } from './store.ts';
import { useLanguage, useView } from './view.ts';

/** Header and navigation above every page. Nothing sticks to the window's edges: at 200 % it would cover what one reads. */
export function Frame({ place, children }: { place: Place; children: ReactNode }) {
  const { text } = useLanguage();
  const { organisation } = useView();
  return (
    <>
      <a className="nhsuk-skip-link" href="#main">
        {text('common.skip')}
      </a>
      <header className="wk-header">
        <img className="wk-header__mark" src={brand} alt="" />
        <span className="wk-header__name">{text('common.product')}</span>
        {organisation.name !== null && <span className="wk-header__organisation">{organisation.name}</span>}
      </header>
      <nav className="wk-nav" aria-label={text('common.menu')}>
        <NavLink place={HOME} current={place.page === 'home' || place.page === 'unlock'} label={text('common.home')} />
        <NavLink place={{ page: 'services' }} current={IN_SERVICES.has(place.page)} label={text('common.help')} />
        <NavLink
          place={{ page: 'settings' }}
          current={place.page === 'settings' || place.page === 'about' || place.page === 'diagnostics'}
          label={text('common.settings')}
        />
      </nav>
      <main id="main" className="wk-main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

const IN_SERVICES: ReadonlySet<Place['page']> = new Set<Place['page']>([
  'services',
  'journey',
  'change-passcode',
  'ra',
]);

function NavLink({ place, current, label }: { place: Place; current: boolean; label: string }) {
  return (
    <button
      type="button"
      className="wk-nav__link"
      aria-current={current ? 'page' : undefined}
      onClick={() => goTo(place)}
    >
      {label}
    </button>
  );
}
