import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineKind, GiB } from './define-kind.ts';
import { parseOptions, toRegistryEntry } from './registry.ts';

const declared = {
  title: 'Video',
  description: 'Its sound becomes an mp3.',
  accepts: { extensions: ['.mp4'], mediaTypes: ['video/*'] },
  maxBytes: 4 * GiB,
  permission: 'MEDIA',
  columns: null,
};
const video = defineKind({
  ...declared,
  name: 'VIDEO',
  options: z.strictObject({
    format: z.enum(['mp3', 'wav']).default('mp3'),
    bitrate: z.int().min(32).max(320).optional(),
  }),
});

describe('defineKind', () => {
  test.each([
    [{ name: 'video' }, /capitals/],
    [{ name: 'VIDEO', accepts: { extensions: ['mp4'], mediaTypes: ['video/*'] } }, /with a dot/],
    [{ name: 'VIDEO', maxBytes: 0 }, /maxBytes/],
  ])('refuses %j and says why', (change, message) => {
    expect(() => defineKind({ ...declared, ...change })).toThrow(message);
  });
});

describe('the options of a kind', () => {
  const entry = toRegistryEntry('media-converter', video);

  test('have their defaults, also after the registry was written and read', () => {
    expect(parseOptions(JSON.parse(JSON.stringify(entry)), undefined)).toEqual({ format: 'mp3' });
    expect(parseOptions(entry, { format: 'wav', bitrate: 64 })).toEqual({ format: 'wav', bitrate: 64 });
  });

  test.each([[{ format: 'exe' }], [{ bitrate: 1 }], [{ colour: 'red' }], ['mp3'], [[]]])('refuse %j', (given) => {
    expect(() => parseOptions(entry, given)).toThrow(/options/);
  });
});
