import { useState } from 'react';
import type { DeskAnswer } from '../../../src/core/contract/card-desk/operations.ts';
import type { Person } from '../../../src/core/contract/card-desk/shapes.ts';
import { Done, Form, PartHeading, ProblemBox, Radios, SubmitButton, timeOf, useTexts } from './elements.tsx';
import { useAsk } from './use-ask.ts';

export function AuthoriseUnlock({
  person,
  check,
}: {
  readonly person: Person;
  readonly check: DeskAnswer<'checkIdentity'>;
}) {
  const { unlock: text, person: personText } = useTexts();
  const { ask, busy, problem } = useAsk();
  const cards = person.cards.filter(({ state }) => state === 'active');
  const nameOf = (id: string) => cards.find(({ cardId }) => cardId === id)?.serial ?? id;
  const [chosen, setChosen] = useState(cards[0]?.cardId ?? null);
  const [done, setDone] = useState<{ readonly card: string; readonly until: string } | null>(null);
  const submit = () => {
    if (chosen === null) return;
    setDone(null);
    const body = { identityCheck: check.id, cardId: chosen };
    void ask('authorise', { body }, ({ expiresAt }) => setDone({ card: nameOf(chosen), until: timeOf(expiresAt) }));
  };
  return (
    <section className="ra-step">
      <PartHeading comes>{text.heading}</PartHeading>
      <ProblemBox problem={problem} />
      <Done>{done === null ? null : text.done(done.card, done.until)}</Done>
      {chosen === null ? (
        <p>{text.none}</p>
      ) : (
        <Form onSubmit={submit}>
          <Radios
            legend={personText.cards}
            options={cards.map(({ cardId }) => [cardId, personText.card(nameOf(cardId))] as const)}
            chosen={chosen}
            onChoose={setChosen}
          />
          <SubmitButton busy={busy}>{text.button}</SubmitButton>
        </Form>
      )}
    </section>
  );
}
