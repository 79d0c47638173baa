import { useState } from 'react';
import type { DeskAnswer } from '../../../src/core/contract/card-desk/operations.ts';
import type { Person } from '../../../src/core/contract/card-desk/shapes.ts';
import {
  Done,
  Field,
  Form,
  PartHeading,
  ProblemBox,
  Radios,
  SubmitButton,
  TextButton,
  timeOf,
  useTexts,
} from './elements.tsx';
import type { Language } from './texts.ts';
import { useAsk } from './use-ask.ts';

type Props = { readonly check: DeskAnswer<'checkIdentity'>; readonly onAdded: (person: Person) => void };

/** A new address comes on the profile by the code that was sent to it. */
export function AddAddress({ check, onAdded }: Props) {
  const { address: text } = useTexts();
  const { ask, busy, problem, forget } = useAsk();
  const [address, setAddress] = useState('');
  const [language, setLanguage] = useState<Language>('en');
  const [proof, setProof] = useState<DeskAnswer<'addAddress'> | null>(null);
  const [code, setCode] = useState('');
  const [short, setShort] = useState(false);
  const [done, setDone] = useState(false);

  const send = () => {
    const typed = address.trim();
    setDone(false);
    setShort(typed.length < 3);
    if (typed.length < 3) return;
    void ask('addAddress', { body: { identityCheck: check.id, address: typed, language } }, (answer) => {
      setProof(answer);
      // Only what the desk did not take, or whose answer was lost, stays to be mended or sent again.
      setAddress('');
    });
  };
  const prove = () => {
    // A second Enter comes when the field is empty already, which then is no mistake.
    if (busy) return;
    const whole = /^\d{6}$/.test(code);
    setShort(!whole);
    if (proof === null || !whole) return;
    // Once it is sent nobody needs it here: whoever mistyped types it anew.
    setCode('');
    void ask('proveAddress', { parameters: { proof: proof.id }, body: { code } }, (person) => {
      setProof(null);
      setDone(true);
      onAdded(person);
    });
  };
  const again = () => {
    setProof(null);
    setCode('');
    setShort(false);
    forget();
  };
  return (
    <section className="ra-step">
      <PartHeading comes={done}>{text.heading}</PartHeading>
      <ProblemBox problem={problem} />
      <Done>{done ? text.done : proof === null ? null : text.sent(timeOf(proof.expiresAt))}</Done>
      {proof === null ? (
        <Form onSubmit={send}>
          <Field
            label={text.label}
            hint={text.hint}
            value={address}
            onChange={setAddress}
            error={short ? text.short : ''}
          />
          <Radios
            legend={text.language}
            options={[
              ['en', text.languages.en],
              ['cy', text.languages.cy],
            ]}
            chosen={language}
            onChoose={setLanguage}
          />
          <SubmitButton busy={busy} look="secondary">
            {text.button}
          </SubmitButton>
        </Form>
      ) : (
        <Form onSubmit={prove}>
          <Field
            code
            comes
            label={text.code}
            hint={text.codeHint}
            value={code}
            onChange={setCode}
            error={short ? text.codeShort : ''}
          />
          <SubmitButton busy={busy}>{text.confirm}</SubmitButton>
          <p>
            <TextButton onClick={again}>{text.cancel}</TextButton>
          </p>
        </Form>
      )}
    </section>
  );
}
