import type { ContactName } from '../../core/agent/policy-names.ts';
import { useLanguage, useView } from '../app/view.ts';

/** How to reach the person who can help, as far as the organisation has told. */
export function Contact({ who }: { who: ContactName }) {
  const { text } = useLanguage();
  const contact = useView().organisation.contacts[who];
  return (
    <div className="wk-contact">
      <h3 className="nhsuk-heading-xs wk-contact__who">{contact?.name ?? text(`common.who.${who}`)}</h3>
      {contact?.phone !== undefined && <p>{contact.phone}</p>}
      {contact?.email !== undefined && <p>{contact.email}</p>}
      {contact?.place !== undefined && <p>{contact.place}</p>}
      {contact?.hours !== undefined && <p>{contact.hours}</p>}
    </div>
  );
}
