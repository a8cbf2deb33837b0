export { isDuplicate, openUsersDb, type Transaction, type UsersDb } from './client.ts';
export type { User } from './generated/client.ts';
export { addToOutbox, createOutboxStore } from './outbox-store.ts';
