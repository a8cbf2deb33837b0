import { Upload } from 'graphql-upload-minimal';

export interface FoundUpload {
  /** Where it is, from `variables` on, with dots: `variables.input.files.0`. */
  path: string;
  upload: Upload;
}

/** Every file among a request's variables, at any depth, in their order. */
export function findUploads(value: unknown, path = 'variables'): FoundUpload[] {
  if (value instanceof Upload) return [{ path, upload: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => findUploads(child, `${path}.${key}`));
}

/** The same variables with null in place of each file, as the multipart request specification wants them. */
export function withoutUploads(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, child: unknown) => (child instanceof Upload ? null : child)));
}
