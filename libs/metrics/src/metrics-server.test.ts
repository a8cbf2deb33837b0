import { afterEach, describe, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { addGauge } from './gauges.ts';
import { createMetrics } from './metrics.ts';
import { type MetricsServer, serveMetrics } from './metrics-server.ts';

const log = createLog('test', 'silent');
const open: MetricsServer[] = [];

async function serve(registry = createMetrics('test'), port = 0) {
  const server = await serveMetrics({ registry, host: '127.0.0.1', port, log });
  open.push(server);
  return server.url ?? '';
}

afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

describe('the metrics of a process', () => {
  test('are served as text for Prometheus, with what is built and how Node does', async () => {
    const response = await fetch(await serve());
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toMatch(/^tributary_build_info\{process="test",version="\d+\.\d+\.\d+",node="v\d+.*"\} 1$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  test('are the only thing that is answered', async () => {
    const url = await serve();
    for (const path of ['/', '/metrics/', '/metrics?name[]=up', '/health/live', '/graphql', '/../metrics2']) {
      expect((await fetch(new URL(path, url))).status).toBe(404);
    }
    const posted = await fetch(url, { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('are not served without a port', async () => {
    expect((await serveMetrics({ registry: createMetrics('test'), host: '127.0.0.1', port: undefined, log })).url).toBe(
      null,
    );
  });

  test('say which variable is wrong when their port is taken', async () => {
    const { port } = new URL(await serve());
    await expect(serve(createMetrics('other'), Number(port))).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: `METRICS_PORT: 127.0.0.1:${port} cannot be listened on (EADDRINUSE)`,
    });
  });

  test('are collected once for all who scrape at the same time', async () => {
    const registry = createMetrics('test');
    let reads = 0;
    addGauge(registry, { name: 'test_reads', help: 'Reads.' }, async () => {
      reads += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return [{ value: reads }];
    });
    const url = await serve(registry);
    const texts = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).text()));
    expect(reads).toBe(1);
    for (const text of texts) expect(text).toMatch(/^test_reads 1$/m);
  });

  test('that cannot be collected are answered with 500, without the reason', async () => {
    const registry = createMetrics('test');
    addGauge(registry, { name: 'test_broken', help: 'Broken.' }, () => {
      throw new Error('a secret place');
    });
    const response = await fetch(await serve(registry));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});
