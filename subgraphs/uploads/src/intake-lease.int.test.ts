import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import { fixedClock, waitFor } from '@tributary/testing';
import { openReplicas, type StoreKind } from '../fixtures/open-replicas.ts';
import { aViewer } from '../fixtures/open-uploads.ts';
import { leaseMs } from './intake-lease.ts';

/** More than one chunk of GridFS, so that a part of it is stored before its end. */
const content = Buffer.alloc(300_000, 'content');
const wholeFile = () => Readable.from([content]);

describe.each<StoreKind>(['a directory', 'GridFS'])('intakes of several processes, stored in %s', (kind) => {
  let replicas: Awaited<ReturnType<typeof openReplicas>>;
  beforeAll(async () => {
    replicas = await openReplicas(kind);
  });
  afterAll(() => replicas.close());

  const inMidStream = () =>
    waitFor(async () => (await replicas.unfinished()).length === 1, { what: 'a part of the file to be stored' });
  /** The process of somebody who comes when the lease of whoever stood still from now on has run out. */
  const openLater = () =>
    replicas.open({ clock: { ...systemClock, now: () => new Date(Date.now() + leaseMs + 1_000) } });

  test('two stream the same key at once: one is taken in, the other is CONFLICT, and sent again it is the same', async () => {
    const [one, other] = await Promise.all([replicas.open(), replicas.open()]);
    const [owner, stream] = [aViewer(), new PassThrough()];
    const first = one.upload(owner, stream, 'key');
    stream.write(content);
    await inMidStream();
    await expect(other.upload(owner, wholeFile(), 'key')).rejects.toMatchObject({ code: 'CONFLICT' });
    stream.end();
    const { id } = await first;
    expect(await other.upload(owner, wholeFile(), 'key')).toMatchObject({ id });
  });

  /** A process that stands still from a moment on, longer than its lease, and then goes on. */
  async function standingStill(moment: 'in mid-stream' | 'after the last byte') {
    const [owner, stream, clock] = [aViewer(), new PassThrough(), fixedClock(new Date())];
    const goOn = aSignal();
    let isStored = false;
    const around = (files: FileStore): Partial<FileStore> => ({
      async write(...args) {
        const stored = await files.write(...args);
        isStored = true;
        await goOn.given;
        return stored;
      },
    });
    const stopped = await replicas.open({ clock, around });
    const outcome = stopped.upload(owner, stream, 'key').then(
      () => 'accepted',
      (error: { code?: string }) => error.code,
    );
    stream.write(content);
    if (moment === 'in mid-stream') await inMidStream();
    else {
      stream.end();
      await waitFor(() => isStored, { what: 'the whole file to be stored' });
    }
    return {
      ...{ owner, outcome, clock },
      goOn() {
        goOn.give();
        if (moment === 'in mid-stream') stream.end();
      },
    };
  }

  describe.each(['in mid-stream', 'after the last byte'] as const)('one that stands still %s', (moment) => {
    test('loses its key to the next who sends it, and leaves nothing when it goes on', async () => {
      const before = await replicas.everything();
      const stopped = await standingStill(moment);
      const next = await openLater();
      const { id } = await next.upload(stopped.owner, wholeFile(), 'key');
      const after = { ...before, uploads: [...before.uploads, id].sort(), whole: [...before.whole, id].sort() };
      expect(await replicas.everything()).toEqual(after);
      stopped.goOn();
      expect(await stopped.outcome).toBe('CONFLICT');
      expect(await replicas.everything()).toEqual(after);
      expect(await replicas.givenUp()).toBe(0);
    });

    test('is given up by the sweep, and leaves nothing when it goes on', async () => {
      const before = await replicas.everything();
      const stopped = await standingStill(moment);
      const sweepers = await Promise.all([openLater(), openLater()]);
      await Promise.all(sweepers.map(({ sweepIntakes }) => sweepIntakes()));
      expect(await replicas.everything()).toEqual(before);
      stopped.goOn();
      expect(await stopped.outcome).toBe('CONFLICT');
      expect(await replicas.everything()).toEqual(before);
      expect(await replicas.givenUp()).toBe(0);
    });

    test('is taken in after all when nobody missed it', async () => {
      const stopped = await standingStill(moment);
      stopped.clock.advance(2 * leaseMs);
      stopped.goOn();
      expect(await stopped.outcome).toBe('accepted');
    });
  });

  test('one that stores its file after it was given up, and dies of it, leaves nothing after the next sweep', async () => {
    const before = await replicas.everything();
    const [begun, goOn, stored] = [aSignal(), aSignal(), aSignal()];
    const around = (files: FileStore): Partial<FileStore> => ({
      async write(...args) {
        begun.give();
        await goOn.given;
        await files.write(...args);
        stored.give();
        // It died: nothing comes after this.
        return new Promise(() => undefined);
      },
    });
    const dying = await replicas.open({ clock: fixedClock(new Date()), around });
    void dying.upload(aViewer(), wholeFile(), 'key');
    await begun.given;
    await (await openLater()).sweepIntakes();
    goOn.give();
    await stored.given;
    expect((await replicas.everything()).whole).toHaveLength(before.whole.length + 1);
    await (await openLater()).sweepIntakes();
    expect(await replicas.everything()).toEqual(before);
    const muchLater = { ...systemClock, now: () => new Date(Date.now() + 60 * 60_000) };
    await (await replicas.open({ clock: muchLater })).sweepIntakes();
    expect(await replicas.givenUp()).toBe(0);
  });

  test('one that learns at its next renewal that it was given up stops reading and leaves nothing', async () => {
    const before = await replicas.everything();
    const stopped = await standingStill('in mid-stream');
    await (await openLater()).sweepIntakes();
    stopped.clock.advance(leaseMs / 2);
    expect(await stopped.outcome).toBe('CONFLICT');
    expect(await replicas.everything()).toEqual(before);
    stopped.goOn();
  });
});

function aSignal() {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
