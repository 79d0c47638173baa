import { createContext, useContext } from 'react';
import type { ViewSnapshot } from '../../core/contract/view.ts';
import { type Translator, translatorFor } from '../../core/language/translator.ts';
import { useWindow } from './store.ts';

/** The snapshot being drawn; components below the root always have one. */
export const ViewContext = createContext<ViewSnapshot | null>(null);

export function useView(): ViewSnapshot {
  const view = useContext(ViewContext);
  if (view === null) throw new Error('drawn outside of a view');
  return view;
}

/** Texts in the language of the snapshot; before the first one, in English. */
export function useLanguage(): Translator {
  return translatorFor(useWindow(({ view }) => view?.language ?? 'en'));
}
