import type { EventContract } from '@tributary/events';
import type { WorkerDefinition } from './define-worker.ts';

/** The contract a message's type belongs to; a worker with bindings of its own also takes it from another database. */
export function matchContract(
  { consumes, bindings }: Pick<WorkerDefinition, 'consumes' | 'bindings'>,
  type: string,
): EventContract | undefined {
  const contracts = listContracts(consumes);
  const exact = contracts.find((contract) => contract.type === type);
  if (exact !== undefined || bindings === undefined) return exact;
  return contracts.find((contract) => afterDatabase(contract.type) === afterDatabase(type));
}

/** The contracts a definition consumes, as a list. */
export function listContracts(consumes: WorkerDefinition['consumes']): readonly EventContract[] {
  return 'type' in consumes ? [consumes] : consumes;
}

const afterDatabase = (type: string) => type.slice(type.indexOf('.') + 1);
