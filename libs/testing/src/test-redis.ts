import { Redis } from 'ioredis';
import { testServers, uniqueName } from './test-servers.ts';

export interface TestRedis {
  url: string;
  /** Belongs to this test alone; ends with a colon, as every prefix does. */
  prefix: string;
  /** Removes every key behind the prefix. */
  cleanUp(): Promise<void>;
}

/** A corner of the real Redis server: nothing outside the prefix is touched. */
export function testRedis(): TestRedis {
  const url = testServers().REDIS_URL;
  const prefix = `${uniqueName('redis')}:`;
  return {
    url,
    prefix,
    async cleanUp() {
      const redis = new Redis(url);
      for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
        if (keys.length > 0) await redis.unlink(...keys);
      }
      await redis.quit();
    },
  };
}
