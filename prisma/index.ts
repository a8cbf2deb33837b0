export { connectionOptions } from './connection-options.ts';
export { databaseFolders } from './database-folders.ts';
export { type MigrateOptions, migrate } from './migrate-database.ts';
