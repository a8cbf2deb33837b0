import DataLoader from 'dataloader';

const maxBatch = 100;

/**
 * Makes a read for many requests of a read for one: what all that are in hand ask for within a turn of the event loop is read at once,
 * after they asked. Nothing is kept, so nobody is told what was true before they asked; who may see it, each request decides for itself.
 */
export function createCrossRequestLoader<Key, Value>(read: (keys: readonly Key[]) => Promise<Value[]>) {
  const loader = new DataLoader<Key, Value>(read, {
    cache: false,
    maxBatchSize: maxBatch,
    batchScheduleFn: (batch) => void setImmediate(batch),
  });
  return (keys: readonly Key[]): Promise<(Value | Error)[]> => loader.loadMany(keys);
}
