import { acceptsType, type EventContract } from '@tributary/events';
import type { WorkerDefinition } from './define-worker.ts';

/** The contract that a message of this type belongs to. */
export function matchContract(
  { consumes }: Pick<WorkerDefinition, 'consumes'>,
  type: string,
): EventContract | undefined {
  return listContracts(consumes).find((contract) => acceptsType(contract, type));
}

/** The contracts a definition consumes, as a list. */
export function listContracts(consumes: WorkerDefinition['consumes']): readonly EventContract[] {
  return 'type' in consumes ? [consumes] : consumes;
}
