import { useState } from 'react';
import type { Person } from '../../../src/core/contract/card-desk/shapes.ts';
import { Field, Form, Heading, ProblemBox, SubmitButton, TextButton, useTexts } from './elements.tsx';
import { useAsk } from './use-ask.ts';

const SHORTEST = 2;
const MOST = 20;

export function FindPerson({ onOpen }: { readonly onOpen: (person: Person) => void }) {
  const { find } = useTexts();
  const { ask, busy, problem } = useAsk();
  const [typed, setTyped] = useState('');
  const [short, setShort] = useState(false);
  const [people, setPeople] = useState<readonly Person[] | null>(null);
  const submit = () => {
    const wanted = typed.trim();
    setShort(wanted.length < SHORTEST);
    if (wanted.length < SHORTEST) return;
    void ask('findPeople', { query: { find: wanted } }, (answer) => setPeople(answer.people));
  };
  return (
    <>
      <ProblemBox problem={problem} />
      <Heading>{find.heading}</Heading>
      <Form onSubmit={submit}>
        <Field label={find.label} hint={find.hint} value={typed} onChange={setTyped} error={short ? find.short : ''} />
        <SubmitButton busy={busy}>{find.button}</SubmitButton>
      </Form>
      <div role="status">
        {people !== null && <p>{people.length === 0 ? find.none : find.found(people.length)}</p>}
        {people?.length === MOST && <p>{find.most}</p>}
      </div>
      {people !== null && people.length > 0 && (
        <ul className="ra-list">
          {people.map((person) => (
            <li key={person.id} className="ra-person">
              <span className="ra-person__words">
                <strong>{person.name}</strong>
                <span>{person.userId}</span>
              </span>
              <TextButton onClick={() => onOpen(person)}>
                {find.open}
                <span className="nhsuk-u-visually-hidden">
                  {' '}
                  {person.name}, {person.userId}
                </span>
              </TextButton>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
