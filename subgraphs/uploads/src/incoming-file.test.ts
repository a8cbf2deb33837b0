import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { receiveFile } from './incoming-file.ts';

const aPart = (content: string) => ({
  filename: 'film.mp4',
  createReadStream: () => Readable.from([Buffer.from(content)]),
});

async function read(content: string, limits: Parameters<typeof receiveFile>[1]) {
  const file = await receiveFile(aPart(content), limits);
  let bytes = 0;
  for await (const chunk of file.content) bytes += chunk.byteLength;
  return bytes;
}

describe('the maximum size of a file', () => {
  const kind = { title: 'Video', maxBytes: 4 };

  test('is that of its kind, which the error names', async () => {
    expect(await read('1234', { kind, maxUploadBytes: 10 })).toBe(4);
    await expect(read('12345', { kind, maxUploadBytes: 10 })).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: 'The file is larger than 4 bytes, the maximum for Video.',
    });
  });

  test('is never more than the maximum for files of every kind', async () => {
    await expect(read('1234', { kind, maxUploadBytes: 3 })).rejects.toMatchObject({
      message: 'The file is larger than 3 bytes.',
    });
  });
});
