/** Redis 6 or newer. @type {import('./types.mjs').ServerKind} */
export const redis = {
  name: 'Redis',
  variable: 'REDIS_URL',
  localUrls: ['redis://127.0.0.1:6379/0'],
  async login(url) {
    const client = await connectRedis(url);
    try {
      await client.ping();
    } finally {
      client.disconnect();
    }
    return { REDIS_URL: url };
  },
  compose: {
    service: 'redis',
    port: 6379,
    toEnvironment: async (hostPort) => ({ REDIS_URL: `redis://${await hostPort(6379)}/0` }),
  },
  debianPackages: ['redis-server'],
  privateServer: {
    folder: 'redis',
    program: '/usr/bin/redis-server',
    ports: ['redis'],
    prepare: async () => ({}),
    processes: (dir, ports) => [
      {
        command: '/usr/bin/redis-server',
        args: [
          '--bind',
          '127.0.0.1',
          '--port',
          String(ports.redis),
          '--dir',
          dir,
          '--dbfilename',
          'redis.rdb',
          '--daemonize',
          'no',
        ],
        env: {},
      },
    ],
    environment: (ports) => ({ REDIS_URL: `redis://127.0.0.1:${ports.redis}/0` }),
  },
};

/**
 * A connected client without reconnection; the caller disconnects it.
 *
 * @param {string} url
 */
export async function connectRedis(url) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  // The promise below rejects with the failure; without a listener, ioredis also prints it.
  client.on('error', () => {});
  await client.connect();
  return client;
}
