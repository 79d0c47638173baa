import { createContext, useContext } from 'react';
import type { ViewSnapshot } from '../../core/contract/view.ts';
import type { Translator } from '../../core/language/translator.ts';
import { useWindow } from './store.ts';

/** The snapshot being drawn; components below the root always have one. */
export const ViewContext = createContext<ViewSnapshot | null>(null);

export function useView(): ViewSnapshot {
  const view = useContext(ViewContext);
  if (view === null) throw new Error('drawn outside of a view');
  return view;
}

/** The translator of the language that is spoken; of any other that is loaded before there is one; null: none is. */
export function useLoadedLanguage(): Translator | null {
  return useWindow(({ spoken, translators }) => {
    const wanted = spoken === null ? undefined : translators[spoken];
    return wanted ?? translators.en ?? translators.cy ?? null;
  });
}

/** Texts in the language that is spoken; components below the root always have one. */
export function useLanguage(): Translator {
  const translator = useLoadedLanguage();
  if (translator === null) throw new Error('drawn before a language was loaded');
  return translator;
}
