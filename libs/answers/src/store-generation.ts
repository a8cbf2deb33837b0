import type { QueryResults } from '@tributary/employment-db';

/**
 * Brings the hash to a newer version: all of it, or only the years that changed since a version the hash has reached. A script
 * runs alone in Redis: no reader ever sees a part of a generation or two of them mixed, and of any number of writers in any order
 * the newest stays. Returns 1, 0 where the hash is as new already, or -1 where it is older than `since`.
 */
export const storeGenerationScript = `
local stored = tonumber(redis.call('HGET', KEYS[1], 'version') or '')
local version, since = tonumber(ARGV[1]), tonumber(ARGV[2])
if stored and stored >= version then return 0 end
if since and not (stored and stored >= since) then return -1 end
if not since then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'version', ARGV[1])
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '[]' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return 1
`;

/** The script's arguments: the version, the version it builds on or nothing, then field and value for each year of each answer. */
export function storeGenerationArguments({
  version,
  since,
  hiresByQuarter,
  departmentsAboveMean,
}: QueryResults): string[] {
  return [
    String(version),
    since === null ? '' : String(since),
    ...[...hiresByQuarter].flatMap(([year, rows]) => [`hiresByQuarter:${year}`, JSON.stringify(rows)]),
    ...[...departmentsAboveMean].flatMap(([year, rows]) => [`departmentsAboveMean:${year}`, JSON.stringify(rows)]),
  ];
}
