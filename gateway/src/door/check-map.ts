import { invalidInput } from '@tributary/core';
import { OverLimit } from '../limits/over-limit.ts';

/** Throws BAD_USER_INPUT unless a multipart request's map gives each file one variable of its own. */
export function checkMap(map: ReadonlyMap<string, readonly string[]>, maxFiles: number): void {
  const files = new Map<string, string>();
  for (const [part, paths] of map) {
    const [path, second] = paths;
    if (path === undefined) throw invalidInput(`The map names no variable for the file "${part}"`);
    if (second !== undefined)
      throw invalidInput(`The map names more than one variable for the file "${part}": ${path}, ${second}`);
    const other = files.get(path);
    if (other !== undefined) throw invalidInput(`The map names two files for ${path}: "${other}" and "${part}"`);
    files.set(path, part);
  }
  if (map.size <= maxFiles) return;
  const message = `The map names ${map.size} files; at most ${maxFiles} are accepted`;
  throw new OverLimit('BAD_USER_INPUT', message, 'MAX_UPLOAD_FILES');
}
