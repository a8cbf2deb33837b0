export { toResultFolder, toUploadId, toUploadName } from './file-names.ts';
export type { FileEntry, FileStore, StoredFile } from './file-store.ts';
export { openFileStore } from './open-file-store.ts';
