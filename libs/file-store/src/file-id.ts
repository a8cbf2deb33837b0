import { invalidInput } from '@tributary/core';

/** The id itself when it is one; a name that could mean another place in the store is BAD_USER_INPUT. */
export function fileId(id: string): string {
  if (!/^[A-Za-z0-9_-]{3,128}$/.test(id)) throw invalidInput(`"${id.slice(0, 128)}" is no file id.`);
  return id;
}
