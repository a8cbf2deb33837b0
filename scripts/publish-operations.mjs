import { instanceName } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { readOperations } from './operations/read-operations.mjs';
import { findServers } from './servers/find-servers.mjs';
import { connectRedis, redis } from './servers/redis.mjs';
import { print, readOptions, runCommand } from './terminal.mjs';

/**
 * `npm run operations:publish -- <folder or file> …`: adds operations to the gateway's safelist in Redis, by the sha256
 * of their exact text. Operations are never removed, so clients of earlier releases keep working.
 */
await runCommand(async () => {
  const help = {
    usage: 'npm run operations:publish -- <folder or file> …',
    summary: "Adds operations to the gateway's safelist.",
    positionals: "Folders and files contain .graphql documents or manifests in Apollo's format.",
  };
  const { positionals } = readOptions(help, {});
  if (positionals.length === 0) throw new Error('Name the folders or files that hold the operations.');
  const operations = await readOperations(positionals);
  await installPackages();
  const servers = await findServers({ note: print, kinds: [redis] });
  const client = await connectRedis(servers.environment.REDIS_URL ?? '');
  try {
    const added = await client.hset(`${instanceName()}:operations`, Object.fromEntries(operations));
    print(`${operations.size} operations are published; ${added} are new.`);
  } finally {
    client.disconnect();
    await servers.release();
  }
});
