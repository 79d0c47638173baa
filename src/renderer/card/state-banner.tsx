import type { ReactNode } from 'react';
import alarm from '../../../assets/tray/alarm.svg';
import blocked from '../../../assets/tray/blocked.svg';
import busy from '../../../assets/tray/busy.svg';
import countdown from '../../../assets/tray/countdown.svg';
import locked from '../../../assets/tray/locked.svg';
import noCard from '../../../assets/tray/no-card.svg';
import noReader from '../../../assets/tray/no-reader.svg';
import noService from '../../../assets/tray/no-service.svg';
import passcode from '../../../assets/tray/passcode.svg';
import signedIn from '../../../assets/tray/signed-in.svg';
import trouble from '../../../assets/tray/trouble.svg';
import type { AgentPhase } from '../../core/agent/phases.ts';
import { Heading } from '../elements/heading.tsx';

/** The same shapes as in the tray: what one has seen there is found again here. */
const PICTURES: Record<AgentPhase | 'alarm', string> = {
  alarm,
  starting: busy,
  reading: busy,
  checking: busy,
  'no-service': noService,
  'no-reader': noReader,
  'no-card': noCard,
  'awaiting-passcode': passcode,
  'awaiting-insertion': noCard,
  active: signedIn,
  blocked,
  mute: trouble,
  unsupported: trouble,
  unreadable: trouble,
  'certificate-trouble': trouble,
  grace: countdown,
  locked,
};

export type BannerTone = 'good' | 'bad' | 'plain';

/** Is my card all right: in a shape, a heading and a sentence. */
export function StateBanner({
  shows,
  tone,
  title,
  takesFocus,
  children,
}: {
  shows: AgentPhase | 'alarm';
  tone: BannerTone;
  title: string;
  takesFocus: boolean;
  children?: ReactNode;
}) {
  return (
    <div className={`wk-banner wk-banner--${tone}`}>
      <img className="wk-banner__picture" src={PICTURES[shows]} alt="" />
      <div className="wk-banner__words">
        <Heading takesFocus={takesFocus}>{title}</Heading>
        {children}
      </div>
    </div>
  );
}
