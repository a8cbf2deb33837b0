import { expect, test } from '@jest/globals';
import { createCrossRequestLoader } from './cross-request-loader.ts';

function aRead() {
  const asked: (readonly string[])[] = [];
  const read = createCrossRequestLoader<string, string>(async (keys) => {
    asked.push(keys);
    if (keys.includes('away')) throw new Error('away');
    return keys.map((key) => `${key} ${asked.length}`);
  });
  return { read, asked };
}

test('what several ask for at a time is read once, and each is told what it asked for', async () => {
  const { read, asked } = aRead();
  expect(await Promise.all([read(['a', 'b']), read(['b', 'c'])])).toEqual([
    ['a 1', 'b 1'],
    ['b 1', 'c 1'],
  ]);
  expect(asked).toEqual([['a', 'b', 'b', 'c']]);
});

test('who asks later is told what is true then', async () => {
  const { read } = aRead();
  expect(await read(['a'])).toEqual(['a 1']);
  expect(await read(['a'])).toEqual(['a 2']);
});

test('who asks while a read is under way gets one that begins afterwards', async () => {
  const begun: (() => void)[] = [];
  const read = createCrossRequestLoader<string, number>(async (keys) => {
    await new Promise<void>((resolve) => begun.push(resolve));
    return keys.map(() => begun.length);
  });
  const first = read(['a']);
  await new Promise(setImmediate);
  const second = read(['a']);
  await new Promise(setImmediate);
  expect(begun).toHaveLength(2);
  for (const end of begun) end();
  await Promise.all([first, second]);
});

test('a read that fails fails for all who share it, and for nobody after them', async () => {
  const { read } = aRead();
  const [one, other] = await Promise.all([read(['a']), read(['away'])]);
  expect([one, other]).toEqual([[expect.any(Error)], [expect.any(Error)]]);
  expect(await read(['a'])).toEqual(['a 2']);
});

test('a crowd is read in parts', async () => {
  const { read, asked } = aRead();
  await Promise.all(Array.from({ length: 250 }, (_, index) => read([`${index}`])));
  expect(asked.map(({ length }) => length)).toEqual([100, 100, 50]);
});
