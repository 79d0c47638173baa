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

/** The translator of the language in force, once it is loaded; of any other until then; null: none is loaded yet. */
export function useLoadedLanguage(): Translator | null {
  return useWindow(({ view, translators }) => {
    const wanted = view === null ? undefined : translators[view.language];
    return wanted ?? translators.en ?? translators.cy ?? null;
  });
}

/** Texts in the language of the snapshot; components below the root always have one. */
export function useLanguage(): Translator {
  const translator = useLoadedLanguage();
  if (translator === null) throw new Error('drawn before a language was loaded');
  return translator;
}
