import { useState } from 'react';
import type { DemoDeed, DemoView } from '../../core/contract/demo.ts';
import { useLanguage } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { type Problem, ProblemBox } from '../elements/problem.tsx';
import { RadioGroup } from '../settings/radio-group.tsx';
import { DemoButton } from './demo-button.tsx';
import { DemoReader } from './demo-reader.tsx';

const GRACES = ['0', '10', '30'] as const;
const SECONDS = { '0': 0, '10': 10, '30': 30 } as const;

/** Beside a window big enough for both it is open from the start; elsewhere it would hide the window. */
const WIDE = '(min-width: 56rem)';

/** What can be done to the virtual readers, cards and desktop. It is no part of Wardkey, and looks so. */
export function DemoPanel({ demo }: { demo: DemoView }) {
  const { text } = useLanguage();
  const [open] = useState(() => matchMedia(WIDE).matches);
  const [problem, setProblem] = useState<Problem | null>(null);
  const perform = async (deed: DemoDeed) => {
    setProblem(null);
    const outcome = await bridge.request({ command: 'demo', deed });
    if (!outcome.ok) setProblem(outcome);
  };
  const onDeed = (deed: DemoDeed) => void perform(deed);
  return (
    <aside className="wk-demo" aria-labelledby="demo">
      <details className="wk-demo__fold" open={open}>
        <summary className="wk-demo__summary">
          <h2 id="demo" className="wk-demo__title">
            {text('demo.title')}
          </h2>
        </summary>
        <div className="wk-demo__body">
          <p>{text('demo.intro')}</p>
          <p>
            {text('demo.passcode')} <strong className="wk-demo__passcode">{demo.passcode}</strong>
          </p>
          {problem !== null && <ProblemBox problem={problem} />}
          {demo.addresses.length > 0 && <DemoCardDesk demo={demo} onDeed={onDeed} />}
          {demo.readers.map((card, place) => (
            <DemoReader key={place} reader={place} card={card} onDeed={onDeed} />
          ))}
          <DemoDesktop demo={demo} onDeed={onDeed} />
          <DemoService demo={demo} onDeed={onDeed} />
          <RadioGroup
            title={text('demo.grace')}
            value={GRACES.find((each) => SECONDS[each] === demo.graceSeconds) ?? '0'}
            choices={GRACES.map((each) => ({
              value: each,
              label: each === '0' ? text('demo.graceNone') : text('common.seconds', { count: SECONDS[each] }),
            }))}
            onChoose={(chosen) => onDeed({ deed: 'grace', seconds: SECONDS[chosen] })}
          />
          <DemoButton onClick={() => onDeed({ deed: 'reset' })}>{text('demo.reset')}</DemoButton>
        </div>
      </details>
    </aside>
  );
}

/** What the card desk sends is read here, and its RA is told what to do. */
function DemoCardDesk({ demo, onDeed }: { demo: DemoView; onDeed: (deed: DemoDeed) => void }) {
  const { text } = useLanguage();
  const { addresses, mail } = demo;
  return (
    <section className="wk-demo__part" aria-labelledby="demo-mail">
      <h3 id="demo-mail" className="nhsuk-heading-xs">
        {text('demo.mail')}
      </h3>
      <p>{text('demo.profile', { addresses: addresses.join(', ') })}</p>
      {/* Heard as it comes, as a phone would be. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard. */}
      <div className="wk-demo__log" role="log" aria-labelledby="demo-mail" tabIndex={0}>
        {mail.length === 0 && <p>{text('demo.mailNone')}</p>}
        {mail.map(({ subject, text: body }, place) => (
          // Each message keeps its place from the oldest on.
          <article key={mail.length - place} className="wk-demo__mail">
            <h4 className="wk-demo__subject">{subject}</h4>
            <p className="wk-demo__text">{body}</p>
          </article>
        ))}
      </div>
      <DemoButton onClick={() => onDeed({ deed: 'authorise' })}>{text('demo.authorise')}</DemoButton>
    </section>
  );
}

function DemoDesktop({ demo, onDeed }: { demo: DemoView; onDeed: (deed: DemoDeed) => void }) {
  const { text } = useLanguage();
  const { desktopLocked, lockBroken } = demo;
  return (
    <section className="wk-demo__part">
      <h3 className="nhsuk-heading-xs">{text('demo.desktop')}</h3>
      <p>{text(desktopLocked ? 'demo.desktopLocked' : 'demo.desktopUnlocked')}</p>
      <div className="wk-demo__deeds">
        {desktopLocked && (
          <DemoButton onClick={() => onDeed({ deed: 'unlock-desktop' })}>{text('demo.unlockDesktop')}</DemoButton>
        )}
        <DemoButton onClick={() => onDeed({ deed: 'go-idle' })}>{text('demo.goIdle')}</DemoButton>
        <DemoButton onClick={() => onDeed({ deed: 'break-lock', broken: !lockBroken })}>
          {text(lockBroken ? 'demo.repairLock' : 'demo.breakLock')}
        </DemoButton>
      </div>
    </section>
  );
}

function DemoService({ demo, onDeed }: { demo: DemoView; onDeed: (deed: DemoDeed) => void }) {
  const { text } = useLanguage();
  const { service, connected } = demo;
  const state = connected ? (service ? 'demo.serviceRuns' : 'demo.serviceStopped') : 'demo.sessionDropped';
  return (
    <section className="wk-demo__part">
      <h3 className="nhsuk-heading-xs">{text('demo.service')}</h3>
      <p>{text(state)}</p>
      <div className="wk-demo__deeds">
        {service && connected ? (
          <>
            <DemoButton onClick={() => onDeed({ deed: 'kill-service' })}>{text('demo.killService')}</DemoButton>
            <DemoButton onClick={() => onDeed({ deed: 'drop-session' })}>{text('demo.dropSession')}</DemoButton>
          </>
        ) : (
          <DemoButton onClick={() => onDeed({ deed: 'start-service' })}>
            {text(connected ? 'demo.startService' : 'demo.connectAgain')}
          </DemoButton>
        )}
      </div>
    </section>
  );
}
