/**
 * The secrets of attempts that are under way, by the attempt's number: the state machine decides about an attempt without
 * ever seeing what was typed.
 */
export class AttemptVault {
  private readonly secrets = new Map<number, readonly Uint8Array[]>();

  put(attempt: number, secrets: readonly Uint8Array[]): void {
    this.secrets.set(attempt, secrets);
  }

  /** Hands the secrets over, with the duty to overwrite them. Empty when they are gone. */
  take(attempt: number): readonly Uint8Array[] {
    const secrets = this.secrets.get(attempt) ?? [];
    this.secrets.delete(attempt);
    return secrets;
  }

  /** Overwrites what is still kept of this attempt. */
  shred(attempt: number): void {
    for (const secret of this.take(attempt)) secret.fill(0);
  }

  shredAll(): void {
    for (const attempt of this.secrets.keys()) this.shred(attempt);
  }
}
