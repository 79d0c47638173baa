/** What judging one certificate may cost at most. Whoever fills a card with a maze gets an answer, not our time. */
export type BudgetLimits = {
  /** Certificates in one path, anchor left out. */
  readonly depth: number;
  /** Steps from a certificate to one of its possible issuers. */
  readonly steps: number;
  /** Verified signatures, by what they cost (see `costOfVerifying`). */
  readonly signatures: number;
  /** Names held against constraints, names of directories part by part; points held against lists; words of OCSP looked through. */
  readonly nameComparisons: number;
  /** Nodes of policy graphs, and edges between them. */
  readonly policyNodes: number;
};

export const BUDGET: BudgetLimits = {
  depth: 12,
  steps: 256,
  signatures: 256,
  nameComparisons: 100_000,
  policyNodes: 20_000,
};

export type BudgetKind = keyof BudgetLimits;

export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
  readonly kind: BudgetKind;

  constructor(kind: BudgetKind) {
    super(kind);
    this.kind = kind;
  }
}

export class Budget {
  readonly limits: BudgetLimits;
  readonly #spent: Record<BudgetKind, number> = {
    depth: 0,
    steps: 0,
    signatures: 0,
    nameComparisons: 0,
    policyNodes: 0,
  };

  constructor(limits: BudgetLimits = BUDGET) {
    this.limits = limits;
  }

  /** @throws BudgetExceeded once more has been spent than there is */
  spend(kind: BudgetKind, amount = 1): void {
    this.#spent[kind] += amount;
    if (this.#spent[kind] > this.limits[kind]) throw new BudgetExceeded(kind);
  }
}
