import { describe, expect, test } from '@jest/globals';
import { hasValidSignature } from '@tributary/graphql';
import { fixedClock } from '@tributary/testing';
import type { LoadAccess, LoadRow } from './load-access.ts';
import { createRejectedRowsUrl } from './rejected-rows.ts';

const secret = 'a secret of at least thirty-two characters';
const clock = fixedClock();

const urlFor = (load: LoadRow | null, publicUrl: string) => {
  const loads: LoadAccess = { isVisible: async () => true, exists: async () => true, require: async () => load };
  return createRejectedRowsUrl('u1', { loads, clock, downloads: { publicUrl, secret } });
};

const aLoad = (rowsRejected: number): LoadRow => ({ uploadId: 'u1', uploaderId: 'me', kind: 'JOBS', rowsRejected });

describe('rejectedRowsUrl', () => {
  test.each([
    'https://example.com',
    'https://example.com/',
    'https://example.com/tributary',
    'https://example.com/a/b/',
  ])('lies under %s and signs the path behind it', async (publicUrl) => {
    const base = publicUrl.replace(/\/$/, '');
    const url = (await urlFor(aLoad(1), publicUrl)) ?? '';
    expect(url.startsWith(`${base}/downloads/rejected-rows/u1?`)).toBe(true);
    expect(hasValidSignature(url.slice(base.length), secret, clock.now())).toBe(true);
  });

  test('is null for an upload without rejections, and for one that was never loaded', async () => {
    expect(await urlFor(aLoad(0), 'https://example.com')).toBeNull();
    expect(await urlFor(null, 'https://example.com')).toBeNull();
  });
});
