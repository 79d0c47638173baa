import { type ComponentType, Suspense, use } from 'react';
import type { Language } from '../../core/contract/view.ts';
import { Unloadable } from '../elements/unloadable.tsx';
import { type LaterTexts, loadTexts } from './languages.ts';
import { useLanguage } from './view.ts';

/** Pages that are loaded when somebody goes there, with their texts in the language in force: most days nobody does. */
export function makeRoom<Props extends object>(
  texts: readonly LaterTexts[],
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  const coming: Partial<Record<Language, Promise<ComponentType<Props>>>> = {};
  const inLanguage = async (language: Language) => {
    const [page] = await Promise.all([load(), ...texts.map((each) => loadTexts(language, each))]);
    return page.default;
  };
  // The same page in every language: what has been typed or told there outlives a change of it.
  function InRoom(props: Props) {
    const { language } = useLanguage();
    coming[language] ??= inLanguage(language);
    const Page = use(coming[language]);
    return <Page {...props} />;
  }
  return function Room(props: Props) {
    const { text } = useLanguage();
    return (
      <Unloadable instead={<p role="alert">{text('common.notLoaded')}</p>}>
        <Suspense fallback={<p className="wk-waiting">{text('common.working')}</p>}>
          <InRoom {...props} />
        </Suspense>
      </Unloadable>
    );
  };
}
