import type { AgentEffect } from '../../core/agent/effects.ts';
import { type AgentState, type Login, sameLogin } from '../../core/agent/state.ts';
import type { ExpiryAlertView } from '../../core/contract/view.ts';

/** A warning of expiry that the user has not answered yet, and the login that it belongs to. */
export type StandingAlert = ExpiryAlertView & { readonly login: Login };

/**
 * The warnings of expiry: each stands until the user answers it or its login is over. On the desktop a login is told of once,
 * though its card may carry several certificates that are read one after the other.
 */
export class Alerts {
  private all: readonly StandingAlert[] = [];
  private untold: readonly StandingAlert[] = [];
  private told: readonly StandingAlert[] = [];

  get standing(): readonly StandingAlert[] {
    return this.all;
  }

  add(warning: Extract<AgentEffect, { type: 'warn-of-expiry' }>): void {
    const { login, slot, fingerprint, rung, daysLeft, notAfter } = warning;
    const alert = { id: `${slot} ${fingerprint}`, login, slot, rung, daysLeft, notAfter };
    this.all = [...this.all, alert];
    this.untold = [...this.untold, alert];
  }

  dismiss(id: string): void {
    this.all = this.all.filter((alert) => alert.id !== id);
  }

  /** An alert lasts as long as its login: also through a countdown, in which the same card may come back. */
  keepThoseOf(state: AgentState): void {
    if (this.all.length + this.untold.length + this.told.length === 0) return;
    const logins = [
      ...state.readers.flatMap(({ slot }) =>
        slot.kind === 'card' && slot.session !== null ? [slot.session.login] : [],
      ),
      ...state.graces.map(({ session }) => session.login),
    ];
    const ofThese = (alerts: readonly StandingAlert[]) =>
      alerts.filter(({ login }) => logins.some((each) => sameLogin(each, login)));
    this.all = ofThese(this.all);
    this.untold = ofThese(this.untold);
    this.told = ofThese(this.told);
  }

  /** The one to tell on the desktop now; null when the login has been told of, unless this certificate ends sooner. */
  takeUntold(): StandingAlert | null {
    const [soonest] = this.untold.toSorted((a, b) => a.notAfter - b.notAfter);
    this.untold = [];
    if (soonest === undefined) return null;
    const isOld = this.told.some(
      ({ login, daysLeft }) => sameLogin(login, soonest.login) && daysLeft <= soonest.daysLeft,
    );
    if (isOld) return null;
    this.told = [...this.told, soonest];
    return soonest;
  }
}
