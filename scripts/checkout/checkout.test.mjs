import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { instanceName } from './checkout.mjs';

describe('the instance name', () => {
  test('is derived from the real path of the checkout: a link to it is the same instance', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-'));
    symlinkSync(folder, `${folder}-link`);
    expect(instanceName({}, folder)).toMatch(/^tributary_[0-9a-f]{8}$/);
    expect(instanceName({}, `${folder}-link`)).toBe(instanceName({}, folder));
  });

  test('differs in another folder', () => {
    expect(instanceName({}, tmpdir())).not.toBe(instanceName({}, process.cwd()));
  });

  test('is TRIBUTARY_INSTANCE if that is set', () => {
    expect(instanceName({ TRIBUTARY_INSTANCE: 'mine' })).toBe('mine');
  });

  test.each(['Mine', '1st', 'a-b', 'a`b', 'a'.repeat(41)])(
    'is refused when it could not be part of a database name: %s',
    (name) => {
      expect(() => instanceName({ TRIBUTARY_INSTANCE: name })).toThrow(`TRIBUTARY_INSTANCE is "${name}"`);
    },
  );
});
