import { invalidInput } from '@tributary/core';
import { z } from 'zod';
import { LimitExceededError } from '../../errors.ts';

const mapField = z.record(z.string(), z.array(z.string()));

/**
 * Maps each file part to its variable, from the `map` of a multipart request. Throws BAD_USER_INPUT unless each file
 * has its own variable that is null in `operations`: graphql-upload-minimal follows the paths without checking for own
 * properties, so that a path such as `hasOwnProperty.call` would overwrite a built-in function.
 */
export function parseUploadMap(text: string, operations: unknown, maxFiles: number): Map<string, string> {
  const map = parseMap(text);
  const parts = new Map<string, string>();
  for (const [part, paths] of map) {
    const [path, second] = paths;
    if (path === undefined)
      throw invalidInput(`The map names no variable for the file "${part}"`, { reason: 'MULTIPART_MALFORMED' });
    if (second !== undefined)
      throw invalidInput(`The map names more than one variable for the file "${part}": ${path}, ${second}`, {
        reason: 'MULTIPART_MALFORMED',
      });
    const other = parts.get(path);
    if (other !== undefined)
      throw invalidInput(`The map names two files for ${path}: "${other}" and "${part}"`, {
        reason: 'MULTIPART_MALFORMED',
      });
    if (!leadsToNull(operations, path))
      throw invalidInput(
        `The map names "${path}" for the file "${part}": it must be a variable that is null in the operations, such as "variables.file"`,
      );
    parts.set(path, part);
  }
  if (map.length > maxFiles) {
    const message = `The map names ${map.length} files; at most ${maxFiles} are accepted`;
    throw new LimitExceededError('BAD_USER_INPUT', message, 'MAX_UPLOAD_FILES');
  }
  return new Map([...parts].map(([path, part]) => [part, path]));
}

function parseMap(text: string): [string, string[]][] {
  try {
    return Object.entries(mapField.parse(JSON.parse(text)));
  } catch (cause) {
    throw invalidInput('The map must be a JSON object that gives each file a list of paths', {
      reason: 'MULTIPART_MALFORMED',
      cause,
    });
  }
}

/** Follows own properties only. */
function leadsToNull(operations: unknown, path: string): boolean {
  const names = path.split('.');
  if (names[0] !== 'variables' || names.length < 2) return false;
  let value = operations;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return value === null;
}
