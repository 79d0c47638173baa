import type { AgentPhase } from '../../core/agent/phases.ts';
import type { ViewSnapshot } from '../../core/contract/view.ts';
import type { Translator } from '../../core/language/translator.ts';
import type { Tray, TrayAction, TrayIcon, TrayItem } from '../host/desktop-host.ts';

const ICONS: Record<AgentPhase, TrayIcon> = {
  starting: 'busy',
  reading: 'busy',
  checking: 'busy',
  'no-service': 'no-service',
  'no-reader': 'no-reader',
  'no-card': 'no-card',
  'awaiting-passcode': 'passcode',
  'awaiting-insertion': 'no-card',
  active: 'signed-in',
  blocked: 'blocked',
  mute: 'trouble',
  unsupported: 'trouble',
  unreadable: 'trouble',
  'certificate-trouble': 'trouble',
  grace: 'countdown',
  locked: 'locked',
};

/** The tray as it should be now: one shape for each state, the state in words, and the two or three things that make sense. */
export function trayOf(view: ViewSnapshot, { text }: Translator): Tray {
  const item = (action: TrayAction): TrayItem => ({ action, label: text(`desktop.menu.${action}`) });
  const state = view.failedAction === null ? text(`panel.state.${view.phase}`) : text('desktop.failed.title');
  const actions = actionsFor(view);
  const tooltip = text('desktop.tooltip', { state });
  return {
    icon: iconFor(view),
    tooltip: view.demo === null ? tooltip : text('desktop.demonstration', { says: tooltip }),
    menu: [
      item('open'),
      ...actions.map(item),
      'separator',
      item('services'),
      ...(view.host.mayQuit && view.countdowns.length === 0 ? [item('quit')] : []),
    ],
  };
}

function iconFor({ phase, failedAction, alerts }: ViewSnapshot): TrayIcon {
  if (failedAction !== null) return 'alarm';
  if (phase === 'active' && alerts.length > 0) return 'expiring';
  return ICONS[phase];
}

function actionsFor({ phase, alerts, failedAction }: ViewSnapshot): TrayAction[] {
  if (failedAction !== null || phase === 'grace') return ['lock'];
  switch (phase) {
    case 'active':
      return [...(alerts.length > 0 ? (['renew'] as const) : []), 'lock', 'change-passcode'];
    case 'awaiting-passcode':
    case 'awaiting-insertion':
      return ['change-passcode'];
    case 'blocked':
      return ['unlock'];
    default:
      return [];
  }
}
