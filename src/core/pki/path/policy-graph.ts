import type { PolicyMapping } from '../x509/extensions.ts';
import { ANY_POLICY } from '../x509/oids.ts';
import type { Budget } from './budget.ts';

/**
 * The valid policies of a path (RFC 5280, 6.1), as the graph of RFC 9618: one node for each policy and level, so that it grows
 * with the certificates and not exponentially, as the tree of RFC 5280 does.
 */
type Node = {
  readonly policy: string;
  expected: ReadonlySet<string>;
  readonly parents: Set<Node>;
};

export class PolicyGraph {
  readonly #budget: Budget;
  #levels: Array<Map<string, Node>>;

  constructor(budget: Budget) {
    this.#budget = budget;
    const root: Node = { policy: ANY_POLICY, expected: new Set([ANY_POLICY]), parents: new Set() };
    this.#levels = [new Map([[ANY_POLICY, root]])];
  }

  /** No policy is valid any more. */
  get isNull(): boolean {
    return this.#levels.length === 0;
  }

  /**
   * Section 6.1.3 (d) and (e): what the next certificate says. @param policies null: it has no certificatePolicies
   * @param anyCounts whether its anyPolicy may be taken at its word
   */
  addCertificate(policies: readonly string[] | null, anyCounts: boolean): void {
    const above = this.#levels.at(-1);
    if (policies === null || above === undefined) {
      this.#levels = [];
      return;
    }
    const level = new Map<string, Node>();
    const expecting = new Map<string, Node[]>();
    for (const node of above.values()) {
      this.#budget.spend('policyNodes', node.expected.size);
      for (const policy of node.expected) {
        const parents = expecting.get(policy);
        if (parents === undefined) expecting.set(policy, [node]);
        else parents.push(node);
      }
    }
    const any = above.get(ANY_POLICY);
    for (const policy of policies) {
      if (policy === ANY_POLICY) continue;
      const parents = expecting.get(policy) ?? (any === undefined ? [] : [any]);
      if (parents.length > 0) this.#add(level, policy, parents);
    }
    if (policies.includes(ANY_POLICY) && anyCounts) {
      for (const [policy, parents] of expecting) if (!level.has(policy)) this.#add(level, policy, parents);
    }
    this.#levels.push(level);
    this.#prune();
  }

  /** Section 6.1.4 (b): @param allowed whether policies may be mapped at all (policy_mapping > 0) */
  map(mappings: readonly PolicyMapping[], allowed: boolean): void {
    const level = this.#levels.at(-1);
    const above = this.#levels.at(-2);
    if (level === undefined) return;
    const bySource = new Map<string, Set<string>>();
    for (const { issuer, subject } of mappings) {
      this.#budget.spend('policyNodes');
      bySource.set(issuer, (bySource.get(issuer) ?? new Set()).add(subject));
    }
    for (const [policy, targets] of bySource) {
      const node = level.get(policy);
      if (!allowed) {
        level.delete(policy);
        continue;
      }
      if (node !== undefined) node.expected = targets;
      else if (level.has(ANY_POLICY)) {
        const any = above?.get(ANY_POLICY);
        if (any !== undefined) this.#add(level, policy, [any], targets);
      }
    }
    if (!allowed) this.#prune();
  }

  /**
   * Section 6.1.5 (g): the policies under which the path is valid for somebody who accepts `accepted`.
   * @param accepted the user-initial-policy-set; anyPolicy in it stands for all
   */
  validPolicies(accepted: ReadonlySet<string>): ReadonlySet<string> {
    const valid = new Set<string>();
    for (const level of this.#levels.slice(1)) {
      for (const node of level.values()) {
        // The policy as the anchor's own domain names it: the node right below anyPolicy.
        if (node.policy !== ANY_POLICY && [...node.parents].some(({ policy }) => policy === ANY_POLICY)) {
          valid.add(node.policy);
        }
      }
    }
    if (this.#levels.at(-1)?.has(ANY_POLICY)) valid.add(ANY_POLICY);
    if (accepted.has(ANY_POLICY)) return valid;
    if (valid.has(ANY_POLICY)) return accepted;
    return new Set([...valid].filter((policy) => accepted.has(policy)));
  }

  #add(level: Map<string, Node>, policy: string, parents: readonly Node[], expected = new Set([policy])): void {
    this.#budget.spend('policyNodes', 1 + parents.length);
    level.set(policy, { policy, expected, parents: new Set(parents) });
  }

  /** Takes away what leads no further; a graph without its root is null. */
  #prune(): void {
    for (let depth = this.#levels.length - 1; depth > 0; depth--) {
      const needed = new Set<Node>();
      for (const node of this.#levels[depth]?.values() ?? []) for (const parent of node.parents) needed.add(parent);
      const above = this.#levels[depth - 1];
      const before = above?.size;
      for (const [policy, node] of above ?? []) if (!needed.has(node)) above?.delete(policy);
      // Above that nothing has lost a child.
      if (above?.size === before) break;
    }
    if (this.#levels[0]?.size === 0) this.#levels = [];
  }
}
