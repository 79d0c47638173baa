import { type ComponentType, lazy, Suspense } from 'react';
import type { Language } from '../../core/contract/view.ts';
import { Unloadable } from '../elements/unloadable.tsx';
import { type LaterTexts, loadTexts } from './languages.ts';
import { useLanguage } from './view.ts';

/** Pages that are loaded when somebody goes there, with their texts in the language in force: most days nobody does. */
export function makeRoom<Props extends object>(
  texts: readonly LaterTexts[],
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  const inLanguage = (language: Language) =>
    lazy(async () => {
      const [page] = await Promise.all([load(), ...texts.map((each) => loadTexts(language, each))]);
      return page;
    });
  const pages: Record<Language, ComponentType<Props>> = { en: inLanguage('en'), cy: inLanguage('cy') };
  return function Room(props: Props) {
    const { language, text } = useLanguage();
    const Pages = pages[language];
    return (
      <Unloadable instead={<p role="alert">{text('common.notLoaded')}</p>}>
        <Suspense fallback={<p className="wk-waiting">{text('common.working')}</p>}>
          <Pages {...props} />
        </Suspense>
      </Unloadable>
    );
  };
}
