import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { openTestDatabase } from '@tributary/testing';
import { openUploadsDb } from './client.ts';
import { assignOwnerCursors } from './owner-cursors.ts';
import { inTransaction } from './transaction.ts';

const { db, close } = await openTestDatabase('uploads', openUploadsDb);
afterAll(close);

test('the events of several owners are each numbered in the order given, on from the last', async () => {
  const [ann, bob] = [randomUUID(), randomUUID()];
  const event = (ownerId: string, name: string) => ({ ownerId, name });
  await inTransaction(db, (tx) => assignOwnerCursors(tx, [event(bob, 'first')]));
  const events = [event(ann, 'a'), event(bob, 'b'), event(ann, 'c'), event(bob, 'd')];
  expect(await inTransaction(db, (tx) => assignOwnerCursors(tx, events))).toEqual([
    { ownerId: ann, name: 'a', ownerCursor: 1 },
    { ownerId: bob, name: 'b', ownerCursor: 2 },
    { ownerId: ann, name: 'c', ownerCursor: 2 },
    { ownerId: bob, name: 'd', ownerCursor: 3 },
  ]);
  expect(await inTransaction(db, (tx) => assignOwnerCursors(tx, []))).toEqual([]);
});

test('many at once, in any order of owners, and some rolled back: no hole and no number twice', async () => {
  const owners = Array.from({ length: 4 }, () => randomUUID());
  const numbered = await Promise.all(
    Array.from({ length: 40 }, (_, turn) =>
      inTransaction(db, async (tx) => {
        const events = [0, 1, 2].map((index) => ({ ownerId: owners[(turn + index * (turn % 3)) % 4] ?? '' }));
        const given = await assignOwnerCursors(tx, events);
        if (turn % 8 === 0) throw new Error('rolled back');
        return given;
      }).catch(() => []),
    ),
  );
  for (const ownerId of owners) {
    const cursors = numbered.flat().flatMap((event) => (event.ownerId === ownerId ? [event.ownerCursor] : []));
    expect(cursors.sort((a, b) => a - b)).toEqual(cursors.map((_, index) => index + 1));
  }
});
