import { describe, expect, test } from '@jest/globals';
import { assertConsistent, renderKinds } from './kinds.mjs';

describe('the kinds of all workers', () => {
  test('have different names', () => {
    const twice = [
      { name: 'VIDEO', worker: 'media-converter', waitsFor: [] },
      { name: 'VIDEO', worker: 'thumbnailer', waitsFor: [] },
    ];
    expect(() => assertConsistent(twice)).toThrow('workers/media-converter and workers/thumbnailer');
  });

  test('wait for existing kinds only', () => {
    const jobs = { name: 'JOBS', worker: 'csv-loader', waitsFor: ['OFFICES'] };
    expect(() => assertConsistent([jobs])).toThrow('JOBS waits for OFFICES');
  });

  test('become an enum whose descriptions are escaped', () => {
    const video = {
      name: 'VIDEO',
      description: 'A "film".',
      worker: 'x',
      title: 'Video',
      permission: 'MEDIA',
      waitsFor: [],
    };
    expect(renderKinds([video])).toContain('  "A \\"film\\"."\n  VIDEO\n');
  });
});
