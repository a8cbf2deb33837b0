import { expect, test } from '@jest/globals';
import { Upload } from 'graphql-upload-minimal';
import { createMultipartBody } from './multipart.ts';

test('a file of a request that ended before its form did is BAD_USER_INPUT', async () => {
  const file = {
    fieldName: '0',
    filename: 'a.csv',
    mimetype: 'text/csv',
    createReadStream() {
      throw new Error('Unexpected end of form');
    },
  };
  const upload = Object.assign(new Upload(), { promise: Promise.resolve(file) });
  const files = { maxBytes: 10, onBytes: () => undefined, whenComplete: async () => undefined };
  const body = createMultipartBody('b', { query: 'mutation', variables: { file: upload } }, files);
  const read = async () => {
    for await (const chunk of body) expect(chunk.length).toBeGreaterThan(0);
  };
  await expect(read()).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: 'The file "a.csv" broke off' });
});
