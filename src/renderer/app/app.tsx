import { useEffect } from 'react';
import { About } from '../about/about.tsx';
import { ExpiryAlert } from '../alerts/expiry-alert.tsx';
import { Panel } from '../card/panel.tsx';
import { DemoPanel } from '../demo/demo-panel.tsx';
import { Diagnostics } from '../diagnostics/diagnostics.tsx';
import { Introduction } from '../introduction/introduction.tsx';
import { Countdown } from '../removal/countdown.tsx';
import { Unattended } from '../removal/unattended.tsx';
import { Settings } from '../settings/settings.tsx';
import { Announcer } from './announcer.tsx';
import { Frame } from './frame.tsx';
import { coverOf, type Place } from './places.ts';
import { ChangePasscode, Journey, Ra, Services, Unlock } from './rooms.ts';
import { useWindow } from './store.ts';
import { useTheme } from './theme.ts';
import { useLanguage, useLoadedLanguage, ViewContext } from './view.ts';

/** @param countdownOnly a window of its own on one display, which shows nothing but the countdown */
export function App({ countdownOnly }: { countdownOnly: boolean }) {
  const { view, reachable, place, spoken } = useWindow();
  const translator = useLoadedLanguage();
  const language = translator?.language ?? 'en';
  useTheme(view?.preferences.theme.value ?? 'system');
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  if (translator === null) return null;
  if (!reachable) return <Unreachable />;
  // Until the user's own language is there: a moment, in which another one would only flicker.
  if (view === null || spoken === null) return <p className="wk-waiting">{translator.text('common.working')}</p>;
  const cover = coverOf(view);
  return (
    <ViewContext value={view}>
      {countdownOnly ? (
        cover === 'countdown' && <Countdown />
      ) : (
        <div className={view.demo === null ? 'wk-stage' : 'wk-stage wk-stage--demo'}>
          {view.demo !== null && <DemoPanel demo={view.demo} />}
          <div className="wk-window">
            <Announcer />
            {cover === 'countdown' && <Countdown />}
            {cover === 'unattended' && <Unattended />}
            {cover === 'expiry' && <ExpiryAlert />}
            {cover === 'introduction' && <Introduction />}
            {cover === null && (
              <Frame place={place}>
                <Page place={place} />
              </Frame>
            )}
          </div>
        </div>
      )}
    </ViewContext>
  );
}

function Page({ place }: { place: Place }) {
  switch (place.page) {
    case 'home':
      return <Panel />;
    case 'change-passcode':
      return <ChangePasscode />;
    case 'services':
      return <Services />;
    case 'journey':
      return <Journey journey={place.journey} />;
    case 'ra':
      return <Ra />;
    case 'unlock':
      return <Unlock />;
    case 'diagnostics':
      return <Diagnostics />;
    case 'settings':
      return <Settings />;
    case 'about':
      return <About />;
  }
}

/** The agent has gone: what was true is not shown as if it still were. */
function Unreachable() {
  const { text } = useLanguage();
  return (
    <main className="wk-window wk-unreachable">
      <div role="alert">
        <h1 className="nhsuk-heading-m">{text('common.unreachable')}</h1>
        <p>{text('common.unreachableNext')}</p>
      </div>
    </main>
  );
}
