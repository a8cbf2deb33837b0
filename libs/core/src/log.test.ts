import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from './log.ts';

test('secrets never reach the log, one level deep either', () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = createLog('test', 'info', destination);
  log.info(
    { password: 'p4ss', user: { accessToken: 't0ken', id: 'u1' }, headers: { authorization: 'Bearer x' } },
    'hello',
  );
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({ name: 'test', msg: 'hello', user: { id: 'u1' } });
  expect(lines[0]).not.toMatch(/p4ss|t0ken|Bearer/);
});
