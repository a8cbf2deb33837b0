import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { sendAtPace } from './paces.ts';

describe('the load', () => {
  test('of a crowd is so many requests of each user, one after the other', async () => {
    const open = new Map<number, number>();
    const samples = await sendAtPace(
      { kind: 'concurrentUsers', users: 7, requestsEach: 3, withinMs: 5 },
      async (user) => {
        open.set(user, (open.get(user) ?? 0) + 1);
        expect(open.get(user)).toBe(1);
        await pause(1);
        open.set(user, 0);
        return null;
      },
    );
    expect(samples).toHaveLength(21);
    expect(open.size).toBe(7);
  });

  test('of closed connections sends again only when the answer is there', async () => {
    let most = 0;
    let inHand = 0;
    const samples = await sendAtPace({ kind: 'closed', connections: 3, seconds: 0.1 }, async () => {
      most = Math.max(most, ++inHand);
      await pause(5);
      inHand--;
      return 'refused';
    });
    expect(most).toBe(3);
    expect(samples.every(({ error, ms }) => error === 'refused' && ms >= 4)).toBe(true);
  });

  test('that is open counts the time a request had to wait for its turn', async () => {
    const samples = await sendAtPace({ kind: 'open', perSecond: 100, seconds: 0.5, connections: 1 }, async () => {
      await pause(20);
      return null;
    });
    expect(samples).toHaveLength(50);
    const [sent, unsent] = [samples.filter(({ error }) => !error), samples.filter(({ error }) => error)];
    // Each takes twice the time that is between them: the last one sent is late by far more than it takes, others are left.
    expect(sent.at(-1)?.ms).toBeGreaterThan(150);
    expect(unsent.length).toBeGreaterThanOrEqual(20);
  });
});
