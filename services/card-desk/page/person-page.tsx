import { useEffect, useState } from 'react';
import type { DeskAnswer } from '../../../src/core/contract/card-desk/operations.ts';
import type { IDENTITY_EVIDENCE, Person } from '../../../src/core/contract/card-desk/shapes.ts';
import { AddAddress } from './add-address.tsx';
import { AuthoriseUnlock } from './authorise-unlock.tsx';
import { Done, Form, Heading, PartHeading, ProblemBox, Radios, SubmitButton, timeOf, useTexts } from './elements.tsx';
import { useAsk } from './use-ask.ts';

type Check = DeskAnswer<'checkIdentity'>;
type Evidence = (typeof IDENTITY_EVIDENCE)[number];

/** One person who is present: who it is, how that was checked, and what may then be done. */
export function PersonPage({ found, onLeave }: { readonly found: Person; readonly onLeave: () => void }) {
  const { person: text, check: checkText } = useTexts();
  const [person, setPerson] = useState(found);
  const [check, setCheck] = useState<Check | null>(null);
  const [over, setOver] = useState(false);
  useEnd(check, () => {
    setCheck(null);
    setOver(true);
  });
  return (
    <>
      <button type="button" className="nhsuk-back-link wk-back" onClick={onLeave}>
        {text.back}
      </button>
      <Heading>{person.name}</Heading>
      <Facts person={person} />
      <Done>{check !== null ? checkText.done(timeOf(check.expiresAt)) : over ? checkText.over : null}</Done>
      {check === null ? (
        <CheckIdentity person={person} again={over} onChecked={setCheck} />
      ) : (
        <>
          <AuthoriseUnlock person={person} check={check} />
          <AddAddress check={check} onAdded={setPerson} />
        </>
      )}
    </>
  );
}

/** Ends what the desk would not take any more. */
function useEnd(check: Check | null, onEnd: () => void): void {
  useEffect(() => {
    if (check === null) return;
    const timer = setTimeout(onEnd, Math.max(0, new Date(check.expiresAt).getTime() - Date.now()));
    return () => clearTimeout(timer);
  });
}

function Facts({ person }: { readonly person: Person }) {
  const { person: text } = useTexts();
  const { userId, addresses, cards } = person;
  return (
    <dl className="ra-facts">
      <dt>{text.userId}</dt>
      <dd>{userId}</dd>
      <dt>{text.addresses}</dt>
      {addresses.length === 0 && <dd>{text.noAddresses}</dd>}
      {addresses.map(({ kind, masked }) => (
        <dd key={kind}>{masked}</dd>
      ))}
      <dt>{text.cards}</dt>
      {cards.length === 0 && <dd>{text.noCards}</dd>}
      {cards.map(({ cardId, serial, state }) => (
        <dd key={cardId}>
          {text.card(serial ?? cardId)}: {text.states[state]}
        </dd>
      ))}
    </dl>
  );
}

function CheckIdentity({
  person,
  again,
  onChecked,
}: {
  readonly person: Person;
  readonly again: boolean;
  readonly onChecked: (check: Check) => void;
}) {
  const { check: text } = useTexts();
  const { ask, busy, problem } = useAsk();
  const [evidence, setEvidence] = useState<Evidence | null>(null);
  const [missing, setMissing] = useState(false);
  const submit = () => {
    setMissing(evidence === null);
    if (evidence !== null) void ask('checkIdentity', { body: { person: person.id, evidence } }, onChecked);
  };
  const options: ReadonlyArray<readonly [Evidence, string]> = [
    ['photo-id', text.evidence['photo-id']],
    ['staff-badge', text.evidence['staff-badge']],
    ['known-in-person', text.evidence['known-in-person']],
  ];
  return (
    <section className="ra-step">
      <PartHeading comes={again}>{text.heading}</PartHeading>
      <ProblemBox problem={problem} />
      <Form onSubmit={submit}>
        <Radios
          legend={text.intro}
          options={options}
          chosen={evidence}
          onChoose={setEvidence}
          error={missing ? text.missing : ''}
        />
        <SubmitButton busy={busy}>{text.button}</SubmitButton>
      </Form>
    </section>
  );
}
