import { useCallback, useEffect, useRef, useState } from 'react';
import mark from '../../../assets/brand.svg';
import type { DeskAnswer } from '../../../src/core/contract/card-desk/operations.ts';
import type { Person } from '../../../src/core/contract/card-desk/shapes.ts';
import { askDesk, type Problem } from './desk.ts';
import { TextButton, TextsContext } from './elements.tsx';
import { FindPerson } from './find-person.tsx';
import { PersonPage } from './person-page.tsx';
import { SignInPage, type WhySignedOut } from './sign-in-page.tsx';
import { type Language, TEXTS } from './texts.ts';
import { type Ask, AskContext } from './use-ask.ts';

type Session = { readonly token: string; readonly name: string };

/** @param handOver from the address that Wardkey has opened; null: somebody has come here by themselves */
export function App({ handOver }: { readonly handOver: string | null }) {
  const [language, setLanguage] = useState<Language>(navigator.language.toLowerCase().startsWith('cy') ? 'cy' : 'en');
  const [session, setSession] = useState<Session | null>(null);
  const [out, setOut] = useState<WhySignedOut>(handOver === null ? { why: 'not-yet' } : { why: 'signing-in' });
  const [person, setPerson] = useState<Person | null>(null);
  const texts = TEXTS[language];
  const about = useAbout();
  useTheme();
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = texts.title;
  }, [language, texts]);
  useSignIn(handOver, setSession, (problem) => setOut({ why: 'refused', problem }));

  const token = session?.token ?? null;
  const leave = useCallback((why: WhySignedOut) => {
    setSession(null);
    setPerson(null);
    setOut(why);
  }, []);
  const ask: Ask = useCallback(
    async (name, asked, key) => {
      const reply = await askDesk(name, asked, token, key);
      if (!reply.ok && reply.problem.code === 'Desk_SignIn') leave({ why: 'ended' });
      return reply;
    },
    [token, leave],
  );
  const signOut = async () => {
    await ask('signOut', {});
    leave({ why: 'signed-out' });
  };

  return (
    <TextsContext value={texts}>
      <AskContext value={ask}>
        <div className="ra-page">
          <a className="nhsuk-skip-link" href="#main">
            {texts.skip}
          </a>
          <div className="wk-window">
            <header className="wk-header">
              <img className="wk-header__mark" src={mark} alt="" />
              <span className="wk-header__name">{texts.title}</span>
              <span className="ra-header__languages" lang={language === 'en' ? 'cy' : 'en'}>
                <TextButton onClick={() => setLanguage(language === 'en' ? 'cy' : 'en')}>
                  {texts.otherLanguage}
                </TextButton>
              </span>
            </header>
            <main id="main" className="wk-main" tabIndex={-1}>
              {session === null ? (
                <SignInPage out={out} />
              ) : (
                <>
                  <div className="ra-signed-in">
                    <span>{texts.signedInAs(session.name)}</span>
                    <TextButton onClick={() => void signOut()}>{texts.signOut}</TextButton>
                  </div>
                  {person === null ? (
                    <FindPerson onOpen={setPerson} />
                  ) : (
                    <PersonPage key={person.id} found={person} onLeave={() => setPerson(null)} />
                  )}
                </>
              )}
            </main>
            {about !== null && (
              <footer className="ra-footer">
                <p>{about.organisation}</p>
                <p>{texts.help(about.help)}</p>
              </footer>
            )}
          </div>
        </div>
      </AskContext>
    </TextsContext>
  );
}

/** Whose desk this is, and who helps; null until it has said so. */
function useAbout(): DeskAnswer<'about'> | null {
  const [about, setAbout] = useState<DeskAnswer<'about'> | null>(null);
  useEffect(() => {
    void askDesk('about', {}, null).then((reply) => {
      if (reply.ok) setAbout(reply.answer);
    });
  }, []);
  return about;
}

/** The desktop's theme, also when it changes. */
function useTheme(): void {
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset.theme = dark.matches ? 'dark' : 'light';
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, []);
}

/** Once, even if React looks twice: a hand-over that comes again ends the session that it has opened. */
function useSignIn(
  handOver: string | null,
  onSession: (session: Session) => void,
  onProblem: (problem: Problem) => void,
): void {
  const asked = useRef(false);
  useEffect(() => {
    if (handOver === null || asked.current) return;
    asked.current = true;
    void askDesk('takeHandOver', { body: { handOver } }, null).then((reply) => {
      if (reply.ok) onSession({ token: reply.answer.token, name: reply.answer.name });
      else onProblem(reply.problem);
    });
  }, [handOver, onSession, onProblem]);
}
