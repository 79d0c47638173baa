import { useEffect } from 'react';
import type { ViewSnapshot } from '../../core/contract/view.ts';

/** Puts the theme in force on the page. `system` follows the desktop's, also when that changes. */
export function useTheme(choice: ViewSnapshot['preferences']['theme']['value']): void {
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset.theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [choice]);
}
