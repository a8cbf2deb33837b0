import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { openTestDatabase } from '@tributary/testing';
import { acceptUpload } from './accept-upload.ts';
import { openUploadsDb } from './client.ts';
import {
  abandonIntake,
  deleteAbandonedIntake,
  findAbandonedIntakes,
  findStaleIntakes,
  openIntake,
  renewIntake,
} from './intakes.ts';
import { findOrphanFiles } from './upload-deletion.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const later = new Date('2026-01-02T04:00:00.000Z');
const stale = new Date(later.getTime() + 1);
const owner = { id: randomUUID(), email: 'ann@example.com', name: 'Ann' };

const { db, close } = await openTestDatabase('uploads', openUploadsDb);
afterAll(close);

/** A store that only remembers what was deleted from it. */
function aStore() {
  const deleted: string[] = [];
  const deleteFile = async (fileId: string) => {
    deleted.push(fileId);
  };
  return { deleted, deleteFile };
}

async function anIntake(idempotencyKey: string | null = null, { at = now, leaseUntil = later, ...store } = {}) {
  const id = randomUUID();
  const intake = { id, ownerId: owner.id, kind: 'JOBS', idempotencyKey, leaseUntil };
  await openIntake(db, intake, { now: at, ...aStore(), ...store });
  return id;
}

const accept = (intakeId: string) =>
  acceptUpload(db, { intakeId, owner, filename: 'a.csv', kind: 'JOBS', bytes: 1, sha256: 'a'.repeat(64) }, now);
const rowOf = (id: string) => db.client.intake.findUnique({ where: { id } });

test('a key is reserved per user while its intake lives, and free once it broke off', async () => {
  const id = await anIntake('a-key');
  await expect(anIntake('a-key', { at: later })).rejects.toMatchObject({ code: 'CONFLICT' });
  await anIntake('A-KEY');
  await abandonIntake(db, id, { now, ...aStore() });
  await anIntake('a-key');
});

test('a key whose intake is stale is taken over at once, its file deleted first', async () => {
  const id = await anIntake('left');
  const { deleted, deleteFile } = aStore();
  const next = await anIntake('left', { at: stale, ...{ deleteFile } });
  expect(deleted).toEqual([id]);
  expect(await rowOf(id)).toMatchObject({ idempotencyKey: null, givenUpAt: stale });
  await expect(accept(id)).rejects.toMatchObject({ code: 'CONFLICT' });
  await accept(next);
});

test('of twenty that take over the same stale key at once one gets it, the others CONFLICT', async () => {
  const id = await anIntake('wanted');
  const leaseUntil = new Date(stale.getTime() + 1);
  const takers = await Promise.allSettled(
    Array.from({ length: 20 }, () => anIntake('wanted', { at: stale, leaseUntil })),
  );
  const winners = takers.flatMap((taker) => (taker.status === 'fulfilled' ? [taker.value] : []));
  const losers = takers.flatMap((taker) => (taker.status === 'rejected' ? [taker.reason.code] : []));
  expect({ winners: winners.length, losers: new Set(losers) }).toEqual({ winners: 1, losers: new Set(['CONFLICT']) });
  expect(await rowOf(id)).toMatchObject({ idempotencyKey: null });
});

test('a stale one is found and given up by several sweepers at once; one that was renewed meanwhile is not', async () => {
  const id = await anIntake();
  expect(await findStaleIntakes(db, stale, 1000)).toContain(id);
  expect(await findStaleIntakes(db, later, 1000)).not.toContain(id);
  const { deleted, deleteFile } = aStore();
  const sweep = (at: Date) => abandonIntake(db, id, { deleteFile, now: at, onlyStale: true });
  expect(await sweep(later)).toBe(false);
  expect(await renewIntake(db, id, new Date(stale.getTime() + 1))).toBe(true);
  expect(await sweep(stale)).toBe(false);
  expect(deleted).toEqual([]);
  await Promise.all(Array.from({ length: 4 }, () => sweep(new Date(stale.getTime() + 2))));
  expect(new Set(deleted)).toEqual(new Set([id]));
  expect(await findStaleIntakes(db, new Date(stale.getTime() + 3), 1000)).not.toContain(id);
});

test('from the moment its file may be deleted nobody can renew or accept it, also when the deletion fails', async () => {
  const id = await anIntake('failing');
  const deleteFile = async () => {
    expect(await renewIntake(db, id, later)).toBe(false);
    await expect(accept(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    throw new Error('disk');
  };
  await expect(abandonIntake(db, id, { now, deleteFile })).rejects.toThrow('disk');
  await expect(accept(id)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await findOrphanFiles(db, [id])).toEqual([]);
  expect(await findAbandonedIntakes(db, 1000)).toContainEqual({ id, fileId: id, givenUpAt: now });
  await deleteAbandonedIntake(db, id);
  expect(await rowOf(id)).toBeNull();
});

test('only one that was given up is forgotten', async () => {
  const id = await anIntake();
  await deleteAbandonedIntake(db, id);
  expect(await rowOf(id)).not.toBeNull();
  await abandonIntake(db, id, { now, ...aStore() });
  await deleteAbandonedIntake(db, id);
  expect(await rowOf(id)).toBeNull();
});

test('giving up waits for whoever has the row, and leaves what was accepted', async () => {
  const id = await anIntake();
  const { deleted, deleteFile } = aStore();
  let given: Promise<boolean> = Promise.resolve(true);
  await db.client.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM intakes WHERE id = ${id} FOR UPDATE`;
    given = abandonIntake(db, id, { now: stale, deleteFile, onlyStale: true });
    await tx.intake.update({ where: { id }, data: { leaseUntil: stale } });
  });
  expect(await given).toBe(false);
  const [upload, isGivenUp] = await Promise.allSettled([accept(id), abandonIntake(db, id, { now: stale, deleteFile })]);
  const isAccepted = upload.status === 'fulfilled';
  expect(isGivenUp).toEqual({ status: 'fulfilled', value: !isAccepted });
  expect(deleted).toEqual(isAccepted ? [] : [id]);
});
