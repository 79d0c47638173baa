import { describe, expect, it } from 'vitest';
import { Budget, BudgetExceeded } from '../../../src/core/pki/path/budget.ts';
import { PolicyGraph } from '../../../src/core/pki/path/policy-graph.ts';
import { ANY_POLICY } from '../../../src/core/pki/x509/oids.ts';

type Step = { readonly says: readonly string[] | null; readonly maps?: ReadonlyArray<readonly [string, string]> };

/** The path's certificates from the anchor down, the last one without mappings. */
function graphOf(
  steps: readonly Step[],
  how: { anyCounts?: boolean; mapping?: boolean; budget?: Budget } = {},
): PolicyGraph {
  const graph = new PolicyGraph(how.budget ?? new Budget());
  for (const { says, maps = [] } of steps) {
    graph.addCertificate(says, how.anyCounts ?? true);
    if (maps.length > 0)
      graph.map(
        maps.map(([issuer, subject]) => ({ issuer, subject })),
        how.mapping ?? true,
      );
  }
  return graph;
}

function valid(
  steps: readonly Step[],
  how: Parameters<typeof graphOf>[1] & { accepts?: readonly string[] } = {},
): string[] {
  return [...graphOf(steps, how).validPolicies(new Set(how.accepts ?? [ANY_POLICY]))].toSorted();
}

describe('Policies of a path', () => {
  it('are those that every certificate says', () => {
    expect(valid([{ says: ['a', 'b'] }, { says: ['b', 'c'] }])).toEqual(['b']);
  });

  it('are none as soon as one certificate says none', () => {
    expect(graphOf([{ says: ['a'] }, { says: null }]).isNull).toBe(true);
    expect(graphOf([{ says: ['a'] }, { says: null }, { says: ['a'] }]).isNull).toBe(true);
    expect(valid([{ says: null }])).toEqual([]);
  });

  it('are none where no two say the same', () => {
    expect(graphOf([{ says: ['a'] }, { says: ['b'] }]).isNull).toBe(true);
  });

  it('pass through anyPolicy, where it counts', () => {
    expect(valid([{ says: [ANY_POLICY] }, { says: ['a'] }])).toEqual(['a']);
    expect(valid([{ says: ['a'] }, { says: [ANY_POLICY] }])).toEqual(['a']);
    expect(valid([{ says: [ANY_POLICY] }, { says: [ANY_POLICY] }])).toEqual([ANY_POLICY]);
    expect(valid([{ says: ['a'] }, { says: [ANY_POLICY] }], { anyCounts: false })).toEqual([]);
  });

  it("are those that are accepted, in the names that the anchor's domain has for them", () => {
    const steps: readonly Step[] = [{ says: ['a', 'b'], maps: [['a', 'x']] }, { says: ['x', 'b'] }];
    expect(valid(steps)).toEqual(['a', 'b']);
    expect(valid(steps, { accepts: ['a'] })).toEqual(['a']);
    expect(valid(steps, { accepts: ['x'] })).toEqual([]);
    expect(valid([{ says: [ANY_POLICY] }], { accepts: ['q'] })).toEqual(['q']);
  });
});

describe('Mappings', () => {
  it('replace a policy by those that it is mapped onto', () => {
    expect(
      valid([
        {
          says: ['a'],
          maps: [
            ['a', 'x'],
            ['a', 'y'],
          ],
        },
        { says: ['y'] },
      ]),
    ).toEqual(['a']);
    expect(valid([{ says: ['a'], maps: [['a', 'x']] }, { says: ['a'] }])).toEqual([]);
  });

  it('take a policy away where they are forbidden', () => {
    const steps: readonly Step[] = [{ says: ['a', 'b'], maps: [['a', 'x']] }, { says: ['a', 'b', 'x'] }];
    expect(valid(steps, { mapping: false })).toEqual(['b']);
    expect(graphOf([{ says: ['a'], maps: [['a', 'x']] }], { mapping: false }).isNull).toBe(true);
  });

  it('may begin at a policy that only anyPolicy covers', () => {
    expect(valid([{ says: [ANY_POLICY], maps: [['a', 'x']] }, { says: ['x'] }])).toEqual(['a']);
  });

  it('of what nobody has said change nothing', () => {
    expect(valid([{ says: ['b'], maps: [['a', 'x']] }, { says: ['b', 'x'] }])).toEqual(['b']);
  });

  it('of two policies onto one let both be valid', () => {
    expect(
      valid([
        {
          says: ['a', 'b'],
          maps: [
            ['a', 'x'],
            ['b', 'x'],
          ],
        },
        { says: ['x'] },
      ]),
    ).toEqual(['a', 'b']);
  });
});

it('Two policies that are each mapped onto both, at every level, grow with the path, not by its power of two (RFC 9618, 1.2)', () => {
  const crossed: Step = {
    says: ['a', 'b'],
    maps: [
      ['a', 'a'],
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'b'],
    ],
  };
  const spent = (levels: number) => {
    let least = 0;
    for (let limit = 1; least === 0; limit *= 2) {
      const budget = new Budget({ depth: 1, steps: 1, signatures: 1, nameComparisons: 1, policyNodes: limit });
      try {
        expect(valid([...Array.from({ length: levels }, () => crossed), { says: ['a', 'b'] }], { budget })).toEqual([
          'a',
          'b',
        ]);
        least = limit;
      } catch (error) {
        if (!(error instanceof BudgetExceeded)) throw error;
      }
    }
    return least;
  };
  expect(spent(40)).toBeLessThanOrEqual(spent(10) * 8);
});
