import { useState } from 'react';
import { INSERTION_CHOICES, type PreferenceChange, THEME_CHOICES } from '../../core/contract/view.ts';
import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Heading } from '../elements/heading.tsx';
import { type Problem, ProblemBox } from '../elements/problem.tsx';
import { Row, Rows } from '../services/rows.tsx';
import { Checkbox } from './checkbox.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { Managed } from './managed.tsx';
import { Quit } from './quit.tsx';
import { RadioGroup } from './radio-group.tsx';

/** What the user may choose, and what the organisation has chosen. Each choice holds at once. */
export function Settings() {
  const { text } = useLanguage();
  const { host } = useView();
  const [problem, setProblem] = useState<Problem | null>(null);
  const change = async (wanted: PreferenceChange) => {
    setProblem(null);
    const outcome = await bridge.request({ command: 'set-preference', change: wanted });
    if (!outcome.ok) setProblem(outcome);
  };
  const onChange = (wanted: PreferenceChange) => void change(wanted);
  return (
    <>
      <Heading>{text('common.settings')}</Heading>
      {problem !== null && <ProblemBox problem={problem} />}
      <LanguageSetting onChange={onChange} />
      <ThemeSetting onChange={onChange} />
      <InsertionSetting onChange={onChange} />
      <PadSetting onChange={onChange} />
      {host.startAtLogin && <StartSetting onChange={onChange} />}
      <Rows title={text('settings.more')}>
        <Row title={text('common.diagnostics')} onClick={() => goTo({ page: 'diagnostics' })} />
        <Row title={text('common.about')} onClick={() => goTo({ page: 'about' })} />
      </Rows>
      {host.mayQuit && <Quit />}
    </>
  );
}

type SettingProps = { readonly onChange: (change: PreferenceChange) => void };

function LanguageSetting({ onChange }: SettingProps) {
  const { text } = useLanguage();
  const { value, managed } = useView().preferences.language;
  if (managed) return <Managed title={text('settings.language.title')} value={text(`settings.language.${value}`)} />;
  return <LanguageChoice onChange={onChange} />;
}

function ThemeSetting({ onChange }: SettingProps) {
  const { text } = useLanguage();
  const { value, managed } = useView().preferences.theme;
  const title = text('settings.theme.title');
  if (managed) return <Managed title={title} value={text(`settings.theme.${value}`)} />;
  return (
    <RadioGroup
      title={title}
      value={value}
      choices={THEME_CHOICES.map((choice) => ({ value: choice, label: text(`settings.theme.${choice}`) }))}
      onChoose={(chosen) => onChange({ name: 'theme', value: chosen })}
    />
  );
}

function InsertionSetting({ onChange }: SettingProps) {
  const { text } = useLanguage();
  const { host, preferences } = useView();
  const { value, managed } = preferences.onInsertion;
  const title = text('settings.onInsertion.title');
  if (managed) return <Managed title={title} value={text(`settings.onInsertion.${value}`)} />;
  // What this desktop cannot do is not offered, unless it is what holds.
  const offered = INSERTION_CHOICES.filter((choice) => choice !== 'notify' || host.notifications || value === 'notify');
  return (
    <RadioGroup
      title={title}
      value={value}
      choices={offered.map((choice) => ({ value: choice, label: text(`settings.onInsertion.${choice}`) }))}
      onChoose={(chosen) => onChange({ name: 'onInsertion', value: chosen })}
    />
  );
}

function PadSetting({ onChange }: SettingProps) {
  const { text } = useLanguage();
  const { value, managed } = useView().preferences.pad;
  const title = text('settings.pad.title');
  if (managed) return <Managed title={title} value={text(value ? 'settings.pad.on' : 'settings.pad.off')} />;
  return (
    <Checkbox
      title={title}
      label={text('settings.pad.label')}
      checked={value}
      onChange={(checked) => onChange({ name: 'pad', value: checked })}
    />
  );
}

function StartSetting({ onChange }: SettingProps) {
  const { text } = useLanguage();
  const { value, managed } = useView().preferences.startAtLogin;
  const title = text('settings.startAtLogin.title');
  if (managed) {
    return <Managed title={title} value={text(value ? 'settings.startAtLogin.on' : 'settings.startAtLogin.off')} />;
  }
  return (
    <Checkbox
      title={title}
      label={text('settings.startAtLogin.label')}
      checked={value}
      onChange={(checked) => onChange({ name: 'startAtLogin', value: checked })}
    />
  );
}
