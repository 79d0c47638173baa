import type { Problem } from './desk.ts';
import { Heading, ProblemBox, useTexts } from './elements.tsx';

export type WhySignedOut =
  | { readonly why: 'not-yet' | 'signing-in' | 'signed-out' | 'ended' }
  | { readonly why: 'refused'; readonly problem: Problem };

export function SignInPage({ out }: { readonly out: WhySignedOut }) {
  const { signIn } = useTexts();
  if (out.why === 'signing-in') return <Heading>{signIn.signingIn}</Heading>;
  const heading = { 'not-yet': signIn.heading, refused: signIn.heading, 'signed-out': signIn.out, ended: signIn.ended };
  return (
    <>
      {out.why === 'refused' && <ProblemBox problem={out.problem} />}
      <Heading key={out.why}>{heading[out.why]}</Heading>
      {out.why === 'ended' && <p>{signIn.endedWhy}</p>}
      <ol>
        {signIn.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p>{signIn.once}</p>
    </>
  );
}
