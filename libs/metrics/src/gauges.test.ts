import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { addGauge, createCachedProbe, measureOutbox } from './gauges.ts';

const never = () => new Promise<never>(() => undefined);

describe('a bounded sample', () => {
  test('does not wait for what hangs, and asks it once', async () => {
    let asked = 0;
    const sample = createCachedProbe(
      () => {
        asked += 1;
        return never();
      },
      { withinMs: 20 },
    );
    const startedAt = performance.now();
    expect(await Promise.all([sample(), sample()])).toEqual([undefined, undefined]);
    expect(await sample()).toBe(undefined);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(asked).toBe(1);
  });

  test('is undefined where the look fails, and looks again the next time', async () => {
    let asked = 0;
    const sample = createCachedProbe(async () => {
      asked += 1;
      if (asked === 1) throw new Error('away');
      return asked;
    });
    expect([await sample(), await sample(), await sample()]).toEqual([undefined, 2, 2]);
  });

  test('looks again once its answer is too old', async () => {
    let asked = 0;
    const sample = createCachedProbe(async () => ++asked, { everyMs: 0 });
    expect([await sample(), await sample()]).toEqual([1, 2]);
  });
});

describe('a gauge that is read when scraped', () => {
  test('has no value where there is none to tell, instead of the one before', async () => {
    const registry = new Registry();
    let value: number | undefined = 3;
    const about = { name: 'test_depth', help: 'Depth.' };
    addGauge(registry, about, () => (value === undefined ? undefined : [{ value }]));
    addGauge(registry, { ...about, name: 'test_by_queue', labelNames: ['queue'] }, () =>
      value === undefined ? undefined : [{ labels: { queue: 'a' }, value }],
    );
    expect(await registry.metrics()).toMatch(/^test_depth 3$[\s\S]*^test_by_queue\{queue="a"\} 3$/m);
    value = undefined;
    expect((await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'))).toEqual([]);
  });
});

describe('the measures of an outbox', () => {
  test('tell what waits and for how long by one look, and count how sending ended', async () => {
    const registry = new Registry();
    let looks = 0;
    const look = async () => {
      looks += 1;
      return { messages: 2, oldestAt: new Date('2026-01-01T00:00:00Z') };
    };
    const count = measureOutbox(registry, look, () => new Date('2026-01-01T00:01:30Z'));
    count('sent');
    count('returned');
    count('sent');
    const text = await registry.metrics();
    expect(looks).toBe(1);
    expect(text).toMatch(/^tributary_outbox_messages 2$/m);
    expect(text).toMatch(/^tributary_outbox_oldest_seconds 90$/m);
    expect(text).toMatch(/^tributary_outbox_sends_total\{outcome="sent"\} 2$/m);
    expect(text).toMatch(/^tributary_outbox_sends_total\{outcome="refused"\} 0$/m);
  });
});
