import { DEMO_CARDS, type DemoCard, type DemoDeed } from '../../core/contract/demo.ts';
import { useLanguage } from '../app/view.ts';
import { DemoButton } from './demo-button.tsx';

/** One virtual reader: every card that can be put in, and the one that is. */
export function DemoReader({
  reader,
  card,
  onDeed,
}: {
  reader: number;
  card: DemoCard | null;
  onDeed: (deed: DemoDeed) => void;
}) {
  const { text } = useLanguage();
  const number = reader + 1;
  return (
    <section className="wk-demo__part">
      <h3 className="nhsuk-heading-xs">{text('demo.reader', { number })}</h3>
      <p>{card === null ? text('demo.empty') : text('demo.holds', { card: text(`demo.card.${card}`) })}</p>
      <div className="wk-demo__deeds wk-demo__deeds--cards">
        {DEMO_CARDS.map((each) => (
          <DemoButton
            key={each}
            // Words on the screen come first in the name, for those who speak to the computer.
            name={text('demo.insertInto', { card: text(`demo.card.${each}`), number })}
            pressed={each === card}
            onClick={() => onDeed({ deed: 'insert', card: each, reader })}
          >
            {text(`demo.card.${each}`)}
          </DemoButton>
        ))}
      </div>
      {card !== null && (
        <DemoButton name={text('demo.pullFrom', { number })} onClick={() => onDeed({ deed: 'pull', reader })}>
          {text('demo.pull')}
        </DemoButton>
      )}
    </section>
  );
}
