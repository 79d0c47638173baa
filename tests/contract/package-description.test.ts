import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { APP_ID } from '../../src/main/host/electron/program.ts';

// electron-builder.yml against the schema that electron-builder brings. What a package then holds: tests/integration/package.test.ts.

const ROOT = join(import.meta.dirname, '..', '..');
const read = (): unknown => parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8'));

const SchemeSchema = v.looseObject({
  definitions: v.looseObject({ FuseOptionsV1: v.looseObject({ properties: v.record(v.string(), v.unknown()) }) }),
});
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const scheme = v.parse(
  SchemeSchema,
  JSON.parse(readFileSync(fromBuilder.resolve('app-builder-lib/scheme.json'), 'utf8')),
);

const DescriptionSchema = v.looseObject({
  appId: v.string(),
  asar: v.literal(true),
  files: v.array(v.string()),
  publish: v.null(),
  electronFuses: v.record(v.string(), v.boolean()),
  win: v.looseObject({ target: v.string() }),
  mac: v.looseObject({ target: v.string(), hardenedRuntime: v.literal(true) }),
  linux: v.looseObject({ target: v.array(v.string()) }),
});
const description = v.parse(DescriptionSchema, read());

describe('the description of our packages', () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(scheme);

  test('is one that electron-builder understands, every word of it', () => {
    expect(validate(read()), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...description, electronFuse: {} })).toBe(false);
    expect(validate({ ...description, electronFuses: { ...description.electronFuses, runAsNod: true } })).toBe(false);
  });

  test('says every fuse there is', () => {
    expect(Object.keys(description.electronFuses).toSorted()).toEqual(
      Object.keys(scheme.definitions.FuseOptionsV1.properties).toSorted(),
    );
    expect(description.electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: true,
      grantFileProtocolExtraPrivileges: false,
      loadBrowserProcessSpecificV8Snapshot: false,
      resetAdHocDarwinSignature: true,
    });
  });

  test('makes an installer for Windows, an image for macOS, a package and an image for Linux, and publishes none', () => {
    expect([description.win.target, description.mac.target, ...description.linux.target]).toEqual([
      'nsis',
      'dmg',
      'deb',
      'AppImage',
    ]);
    expect(description.publish).toBeNull();
  });

  test('calls the program what it calls itself', () => {
    expect(description.appId).toBe(APP_ID);
  });
});
