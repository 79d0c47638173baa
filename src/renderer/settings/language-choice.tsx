import { LANGUAGE_CHOICES, type PreferenceChange } from '../../core/contract/view.ts';
import { useLanguage, useView } from '../app/view.ts';
import { RadioGroup } from './radio-group.tsx';

/** Each language is offered in itself: whoever needs it must be able to read it. */
export function LanguageChoice({ onChange }: { onChange: (change: PreferenceChange) => void }) {
  const { text } = useLanguage();
  const { value } = useView().preferences.language;
  return (
    <RadioGroup
      title={text('settings.language.title')}
      value={value}
      choices={LANGUAGE_CHOICES.map((choice) => ({
        value: choice,
        label: text(`settings.language.${choice}`),
        ...(choice === 'system' ? {} : { lang: choice }),
      }))}
      onChoose={(chosen) => onChange({ name: 'language', value: chosen })}
    />
  );
}
