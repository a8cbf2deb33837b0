import { invalidArgument } from '@tributary/core';
import type { RegisteredKind } from '@tributary/kinds';
import type { IncomingFile } from './incoming-file.ts';
import { getExtension, toDisplayFilename } from './intake.ts';

/** Media types with which a client says that it does not know. */
const unknownTypes = ['', 'application/octet-stream', 'binary/octet-stream'];

/**
 * BAD_USER_INPUT unless the name of a file ends as its kind expects. A name without an ending is judged by its media type, and
 * accepted if that says nothing either: the worker looks at the content.
 */
export function assertFileFits(
  { filename, mediaType }: Pick<IncomingFile, 'filename' | 'mediaType'>,
  kind: RegisteredKind,
): void {
  const { extensions, mediaTypes } = kind.accepts;
  const name = toDisplayFilename(filename);
  const extension = getExtension(name).toLowerCase();
  const type = mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
  const fits =
    extension === ''
      ? unknownTypes.includes(type) || mediaTypes.some((accepted) => matches(type, accepted))
      : extensions.includes(extension);
  if (fits) return;
  const found = extension === '' ? `is of the type ${type}` : `ends in ${extension}`;
  const message = `"${name}" ${found}, which ${kind.title} does not take. Send a file that ends in ${listOf(extensions)}.`;
  throw invalidArgument(['file'], 'FILE_TYPE_NOT_ACCEPTED', message);
}

const matches = (type: string, accepted: string) =>
  accepted.endsWith('/*') ? type.startsWith(accepted.slice(0, -1)) : type === accepted;

const listOf = (extensions: readonly string[]) => new Intl.ListFormat('en', { type: 'disjunction' }).format(extensions);
