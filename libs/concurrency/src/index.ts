export { type Batcher, type BatcherOptions, createBatcher } from './batcher.ts';
export { createLruMemo, createTtlCache, type LruMemo, type TtlCache } from './caches.ts';
export { createSemaphore, type Semaphore } from './semaphore.ts';
