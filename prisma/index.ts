export { databaseFolders } from './database-folders.ts';
export { type MigrateOptions, migrate } from './migration-runner.ts';
