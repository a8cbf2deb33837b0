import { invalidInput } from '@tributary/core';

/**
 * Deeper than clients nest; functions that recurse over a value (such as JSON.stringify) can handle thousands of
 * levels.
 */
const maxDepth = 100;

/** Throws BAD_USER_INPUT when lists and objects are nested more than 100 deep in a value; visits each part once, without recursion. */
export function assertShallow(name: string, value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) throw invalidInput(`The ${name} are nested deeper than ${maxDepth} lists and objects`);
    const next: unknown[] = [];
    for (const parent of level) {
      if (typeof parent !== 'object' || parent === null) continue;
      for (const child of Object.values(parent)) if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
}
