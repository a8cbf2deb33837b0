import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTcpProxy, type TcpProxy, waitFor } from '@tributary/testing';
import { type LoaderGround, openLoaderGround } from '../fixtures/loader-process.ts';

const ROWS = 150_000;
const manyJobs = Array.from({ length: ROWS }, (_, index) => `${index + 1},Job ${index}`).join('\n');

describe('a worker that is told to stop', () => {
  let ground: LoaderGround;
  let database: TcpProxy;
  let rabbitmq: TcpProxy;
  beforeAll(async () => {
    ground = await openLoaderGround();
    database = await startTcpProxy(ground.environment.EMPLOYMENT_DATABASE_URL, 3306);
    rabbitmq = await startTcpProxy(ground.environment.RABBITMQ_URL, 5672);
  });
  beforeEach(() => Promise.all([database.resume(), rabbitmq.resume()]));
  afterAll(async () => {
    await ground.close();
    await Promise.all([database.close(), rabbitmq.close()]);
  });

  const behindProxies = () => ({
    EMPLOYMENT_DATABASE_URL: database.proxyUrl(ground.environment.EMPLOYMENT_DATABASE_URL),
    RABBITMQ_URL: rabbitmq.proxyUrl(ground.environment.RABBITMQ_URL),
  });
  type Upload = Awaited<ReturnType<LoaderGround['submit']>>;
  const untilUnderWay = (upload: Upload) =>
    waitFor(async () => (await ground.loadOf(upload))?.rowsRead > 0, { what: 'the first rows', timeoutMs: 30_000 });

  async function finishedByAnother(upload: Upload) {
    const another = await ground.start();
    await waitFor(async () => (await ground.loadOf(upload))?.state === 'COMPLETED', { timeoutMs: 45_000 });
    expect(await ground.loadOf(upload)).toMatchObject({ rowsRead: ROWS, rowsLoaded: ROWS, rowsRejected: 0 });
    await another.kill('SIGTERM');
  }

  test('finishes what is in hand when that ends in time', async () => {
    const worker = await ground.start();
    const upload = await ground.submit(manyJobs);
    await untilUnderWay(upload);
    expect((await worker.kill('SIGTERM')).code).toBe(0);
    expect(await ground.loadOf(upload)).toMatchObject({ state: 'COMPLETED', rowsLoaded: ROWS });
    expect(worker.log.join('\n')).not.toContain('delivery requeued');
  });

  test('hands back what does not end in time, which another worker finishes exactly', async () => {
    const worker = await ground.start({ SHUTDOWN_TIMEOUT_MS: '5100' });
    const upload = await ground.submit(manyJobs);
    await untilUnderWay(upload);
    const { code, ms } = await worker.kill('SIGTERM');
    expect([code, worker.log.join('\n')]).toEqual([0, expect.stringContaining('delivery requeued')]);
    expect(ms).toBeLessThan(5_100);
    expect(await ground.loadOf(upload)).toMatchObject({ state: 'LOADING', starts: 0 });
    await finishedByAnother(upload);
  }, 120_000);

  test.each(['leaves', 'swallows every byte'])(
    'ends long before its time is over when its database %s, and another finishes',
    async (how) => {
      const worker = await ground.start(behindProxies());
      const upload = await ground.submit(manyJobs);
      await untilUnderWay(upload);
      if (how === 'leaves') await database.stop();
      else database.freeze();
      const { code, ms } = await worker.kill('SIGTERM');
      database.resetConnections();
      expect([code, ms < 10_000]).toEqual([0, true]);
      await finishedByAnother(upload);
    },
  );

  test.each(['leaves', 'swallows every byte'])(
    'ends long before its time is over when RabbitMQ %s, and another finishes',
    async (how) => {
      const worker = await ground.start(behindProxies());
      const upload = await ground.submit(manyJobs);
      await untilUnderWay(upload);
      if (how === 'leaves') await rabbitmq.stop();
      else rabbitmq.freeze();
      const { code, ms } = await worker.kill('SIGTERM');
      rabbitmq.resetConnections();
      expect([code, ms < 10_000]).toEqual([0, true]);
      await finishedByAnother(upload);
    },
  );

  test('ends at once when it never reached anything', async () => {
    await Promise.all([database.stop(), rabbitmq.stop()]);
    const worker = await ground.start(behindProxies());
    const { code, ms } = await worker.kill('SIGTERM');
    expect([code, ms < 10_000]).toEqual([0, true]);
  });
});
