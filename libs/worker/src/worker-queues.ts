import type { QueueOptions } from '@tributary/messaging';
import type { WorkerDefinition } from './define-worker.ts';
import { listContracts } from './match-contract.ts';

type Declared = Pick<WorkerDefinition, 'name' | 'consumes' | 'bindings' | 'prefetch' | 'separateQueues'>;

/** The queues of a worker, its main one first: the others share that one's dead letters. */
export function workerQueues({
  name,
  consumes,
  bindings,
  prefetch,
  separateQueues = {},
}: Declared): [main: QueueOptions, ...QueueOptions[]] {
  const separate = Object.entries(separateQueues).map(([suffix, queue]) => ({
    name: `${name}.${suffix}`,
    bindings: queue.consumes.map(({ binding }) => binding),
    prefetch: queue.prefetch,
    deadLettersWith: name,
  }));
  const formerBindings = separate.flatMap((queue) => queue.bindings);
  const own = bindings ?? listContracts(consumes).map(({ binding }) => binding);
  const main = { name, bindings: own.filter((binding) => !formerBindings.includes(binding)), prefetch, formerBindings };
  return [main, ...separate];
}
