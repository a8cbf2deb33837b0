export { connectRedis } from './connect-redis.ts';
export { createDeletedUploads, type DeletedUploads } from './deleted-uploads.ts';
export { dropDemoted } from './drop-demoted.ts';
