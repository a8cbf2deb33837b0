export { databaseFolders } from './database-folders.ts';
export { type MigrateOptions, migrate } from './migrate-database.ts';
