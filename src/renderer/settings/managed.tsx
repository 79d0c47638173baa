import { useLanguage } from '../app/view.ts';

/** A setting that the organisation decides: told, not offered. */
export function Managed({ title, value }: { title: string; value: string }) {
  const { text } = useLanguage();
  return (
    <section className="wk-setting wk-managed">
      <h2 className="nhsuk-heading-xs wk-managed__title">{title}</h2>
      <p className="wk-managed__value">{value}</p>
      <p className="wk-managed__by">
        <Lock />
        {text('settings.managed')}
      </p>
    </section>
  );
}

function Lock() {
  return (
    <svg className="wk-managed__lock" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M5 7V5a3 3 0 0 1 6 0v2" />
      <rect x="3" y="7" width="10" height="7" rx="1" />
    </svg>
  );
}
