import type { PlannedFault } from './fault.ts';
import type { Plan } from './plan.ts';

/**
 * A small set of faults of a failed plan that still fails, found by leaving out smaller and smaller parts (delta
 * debugging, Zeller and Hildebrandt 2002). Each try is a whole run, so there are at most `maxTries`.
 */
export async function shrink(
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  { maxTries }: { maxTries: number },
): Promise<Plan> {
  let { faults } = plan;
  let tries = 0;
  for (let size = Math.ceil(faults.length / 2); size >= 1 && tries < maxTries; ) {
    const smaller = await firstFailing(removeEachPart(faults, size));
    if (smaller !== null) faults = smaller;
    size = smaller === null ? Math.floor(size / 2) : Math.min(size, Math.ceil(faults.length / 2));
    if (faults.length === 0) break;
  }
  return { ...plan, faults };

  async function firstFailing(candidates: readonly PlannedFault[][]): Promise<PlannedFault[] | null> {
    for (const candidate of candidates) {
      if (tries >= maxTries) return null;
      tries += 1;
      if (await fails({ ...plan, faults: candidate })) return candidate;
    }
    return null;
  }
}

/** The list without its first `size` items, without the next `size` items, and so on. */
function removeEachPart<T>(items: readonly T[], size: number): T[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.filter((_, index) => index < start || index >= start + size));
}
