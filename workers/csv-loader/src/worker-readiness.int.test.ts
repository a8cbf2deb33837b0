import { rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTcpProxy, type TcpProxy, waitFor } from '@tributary/testing';
import { type LoaderGround, type LoaderProcess, openLoaderGround } from '../fixtures/loader-process.ts';

describe("a worker's readiness", () => {
  let ground: LoaderGround;
  let database: TcpProxy;
  let rabbitmq: TcpProxy;
  beforeAll(async () => {
    ground = await openLoaderGround();
    database = await startTcpProxy(ground.environment.EMPLOYMENT_DATABASE_URL, 3306);
    rabbitmq = await startTcpProxy(ground.environment.RABBITMQ_URL, 5672);
  });
  afterAll(async () => {
    await ground.close();
    await Promise.all([database.close(), rabbitmq.close()]);
  });

  const waitsFor = (worker: LoaderProcess, ...names: string[]) =>
    waitFor(
      async () => {
        const { status, waitingFor } = await worker.ready();
        return waitingFor.join() === names.join() && status === (names.length === 0 ? 200 : 503);
      },
      { what: `it to wait for ${names.join(' and ') || 'nothing'}`, timeoutMs: 30_000 },
    );

  test('names whatever is away, at start-up in any order and later, and comes back by itself with it', async () => {
    await Promise.all([database.stop(), rabbitmq.stop()]);
    const worker = await ground.start({
      EMPLOYMENT_DATABASE_URL: database.proxyUrl(ground.environment.EMPLOYMENT_DATABASE_URL),
      RABBITMQ_URL: rabbitmq.proxyUrl(ground.environment.RABBITMQ_URL),
    });
    await waitsFor(worker, 'the employment database', 'RabbitMQ');
    await rabbitmq.resume();
    await waitsFor(worker, 'the employment database');
    await database.resume();
    await waitsFor(worker);

    await rabbitmq.stop();
    await waitsFor(worker, 'RabbitMQ');
    await database.stop();
    await waitsFor(worker, 'the employment database', 'RabbitMQ');
    await Promise.all([database.resume(), rabbitmq.resume()]);
    await waitsFor(worker);

    const folder = fileURLToPath(ground.environment.FILE_STORE_URL);
    await rename(folder, `${folder}.away`);
    await writeFile(folder, 'no folder');
    await waitsFor(worker, 'the file store');
    await rm(folder);
    await rename(`${folder}.away`, folder);
    await waitsFor(worker);

    const upload = await ground.submit('1,Engineer\n');
    await waitFor(async () => (await ground.loadOf(upload))?.state === 'COMPLETED');
    const said = worker.log.map((line) => JSON.parse(line).msg);
    for (const name of ['the employment database', 'the file store', 'RabbitMQ']) {
      expect(said).toEqual(expect.arrayContaining([`waiting for ${name}`, `${name} is there`]));
    }
    await worker.kill('SIGTERM');
  });
});
