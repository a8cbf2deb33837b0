import type { Answers } from '@tributary/employment-db';

/**
 * Replaces the whole hash by another generation, if that is newer. A script runs alone in Redis: no reader ever sees a
 * part of a generation or two of them mixed, and of any number of writers in any order the newest stays.
 */
export const storeGenerationScript = `
local stored = redis.call('HGET', KEYS[1], 'version')
if stored and tonumber(stored) >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', ARGV[1])
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
`;

/** The script's arguments: the version, then field and value for each year of each answer. */
export function storeGenerationArguments({ version, hiresByQuarter, departmentsAboveMean }: Answers): string[] {
  return [
    String(version),
    ...[...hiresByQuarter].flatMap(([year, rows]) => [`hiresByQuarter:${year}`, JSON.stringify(rows)]),
    ...[...departmentsAboveMean].flatMap(([year, rows]) => [`departmentsAboveMean:${year}`, JSON.stringify(rows)]),
  ];
}
