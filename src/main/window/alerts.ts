import type { AgentEffect } from '../../core/agent/effects.ts';
import { type AgentState, type Login, sameLogin } from '../../core/agent/state.ts';
import type { ExpiryAlertView } from '../../core/contract/view.ts';

/** A warning of expiry that the user has not answered yet, and the login that it belongs to. */
export type StandingAlert = ExpiryAlertView & { readonly login: Login };

export function alertOf(warning: Extract<AgentEffect, { type: 'warn-of-expiry' }>): StandingAlert {
  const { login, slot, fingerprint, rung, daysLeft, notAfter } = warning;
  return { id: `${slot} ${fingerprint}`, login, slot, rung, daysLeft, notAfter };
}

/** An alert lasts as long as its login: also through a countdown, in which the same card may come back. */
export function stillStanding(alerts: readonly StandingAlert[], state: AgentState): readonly StandingAlert[] {
  const logins = [
    ...state.readers.flatMap(({ slot }) => (slot.kind === 'card' && slot.session !== null ? [slot.session.login] : [])),
    ...state.graces.map(({ session }) => session.login),
  ];
  const standing = alerts.filter(({ login }) => logins.some((each) => sameLogin(each, login)));
  return standing.length === alerts.length ? alerts : standing;
}
