import { Upload } from 'graphql-upload-minimal';

/** Every file among a request's variables, at any depth, in their order; `path` is its place: `variables.input.files.0`. */
export function findUploads(value: unknown, path = 'variables'): { path: string; upload: Upload }[] {
  if (value instanceof Upload) return [{ path, upload: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => findUploads(child, `${path}.${key}`));
}
