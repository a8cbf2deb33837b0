import { fileURLToPath } from 'node:url';
import { badConfig } from '@tributary/core';
import { openDirectoryStore } from './directory-store.ts';
import type { FileStore } from './file-store.ts';

export async function openFileStore(url: string): Promise<FileStore> {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return openDirectoryStore(fileURLToPath(url));
}
