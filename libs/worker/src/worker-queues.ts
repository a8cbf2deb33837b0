import { bindingsOf, type EventContract } from '@tributary/events';
import type { QueueOptions } from '@tributary/messaging';
import type { WorkerDefinition } from './define-worker.ts';
import { listContracts } from './match-contract.ts';

type Declared = Pick<WorkerDefinition, 'name' | 'consumes' | 'kinds' | 'prefetch' | 'separateQueues'>;

/** The queues of a worker, its main one first: the others share that one's dead letters. */
export function workerQueues({
  name,
  consumes,
  kinds,
  prefetch,
  separateQueues = {},
}: Declared): [main: QueueOptions, ...QueueOptions[]] {
  const separate = Object.entries(separateQueues).map(([suffix, queue]) => ({
    name: `${name}.${suffix}`,
    bindings: queue.consumes.flatMap(bindingsOf),
    prefetch: queue.prefetch,
    deadLettersWith: name,
  }));
  const contracts = listContracts(consumes);
  const own = contracts.flatMap((contract) => toBindings(contract, kinds));
  const formerBindings = [
    ...separate.flatMap((queue) => queue.bindings),
    // A release before kinds were declared took the uploads of every kind.
    ...(kinds ? contracts.flatMap(bindingsOf).filter((binding) => !own.includes(binding)) : []),
  ];
  const main = { name, bindings: own.filter((binding) => !formerBindings.includes(binding)), prefetch, formerBindings };
  return [main, ...separate];
}

/** A contract whose routing key ends in the kind is bound for the worker's own kinds only. */
function toBindings(contract: EventContract, kinds: WorkerDefinition['kinds']): string[] {
  return bindingsOf(contract).flatMap((binding) =>
    kinds === undefined || !binding.endsWith('.*')
      ? [binding]
      : kinds.map(({ name }) => binding.replace(/\*$/, name.toLowerCase())),
  );
}
