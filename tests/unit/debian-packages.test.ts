import { describe, expect, test } from 'vitest';
import { countedMissing, installEach, missingPackages } from '../debian-packages.ts';
import { BROWSERS } from '../e2e/chromium.ts';

describe('a package that the suite needs', () => {
  const needed = [
    { file: '/usr/sbin/pcscd', package: 'pcscd' },
    { file: BROWSERS, package: 'chromium' },
  ];

  test('is there when its file is, or any one of several', () => {
    expect(missingPackages(needed, () => false)).toEqual(['pcscd', 'chromium']);
    for (const browser of BROWSERS) expect(missingPackages(needed, (file) => file === browser)).toEqual(['pcscd']);
    expect(missingPackages(needed, (file) => file === '/usr/sbin/pcscd')).toEqual(['chromium']);
  });

  test('is looked for on this machine, with * for what differs', () => {
    const one = import.meta.filename.replace(/debian-packages/, '*-packages');
    expect(
      missingPackages([
        { file: one, package: 'here' },
        { file: `${one}.not`, package: 'not-here' },
      ]),
    ).toEqual(['not-here']);
  });
});

describe('installing', () => {
  const told = (packages: readonly string[], unknown: readonly string[]) => {
    const calls: string[] = [];
    installEach(packages, (names) => {
      calls.push(names.join(' '));
      return !names.some((name) => unknown.includes(name));
    });
    return calls;
  };

  test('takes all at once', () => {
    expect(told(['a', 'b', 'c'], [])).toEqual(['a b c']);
    expect(told([], [])).toEqual([]);
  });

  test('leaves out none of the others for one that is not known', () => {
    expect(told(['a', 'b', 'c'], ['b'])).toEqual(['a b c', 'a', 'b', 'c']);
    expect(told(['b'], ['b'])).toEqual(['b']);
  });
});

describe('what is missing all the same', () => {
  const missing = ['pcscd', 'xvfb'];

  test('is a failure each in CI on Linux, by its name', () => {
    const counted = countedMissing(missing, { platform: 'linux', env: { CI: 'true' } });
    expect(counted).toMatchObject({ passed: 0, failed: 2, ok: false });
    expect(counted.failures).toEqual([expect.stringContaining('pcscd'), expect.stringContaining('xvfb')]);
  });

  test('is none where a person sits before it, nor where there are no Debian packages', () => {
    const none = { passed: 0, failed: 0, ok: true, failures: [] };
    expect(countedMissing(missing, { platform: 'linux', env: {} })).toEqual(none);
    expect(countedMissing(missing, { platform: 'linux', env: { CI: '' } })).toEqual(none);
    expect(countedMissing(missing, { platform: 'darwin', env: { CI: 'true' } })).toEqual(none);
    expect(countedMissing([], { platform: 'linux', env: { CI: 'true' } })).toEqual(none);
  });
});
