export { connectRedis } from './connection.ts';
export { createDeletedUploads, type DeletedUploads } from './deleted-uploads.ts';
