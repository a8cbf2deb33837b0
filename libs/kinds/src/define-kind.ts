import { z } from 'zod';

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

const column = z.strictObject({
  /** As in the header of a file. */
  name: z.string().min(1),
  type: z.enum(['integer', 'decimal', 'text', 'date', 'datetime', 'boolean']),
  required: z.boolean().default(true),
  description: z.string().min(1),
  /** A valid cell, as the template shows it. */
  example: z.string().min(1),
  /** Other names for the column in a header. */
  aliases: z.array(z.string().min(1)).default([]),
});

/** What can be said of a kind without its worker: the generated registry holds one entry of this form for each. */
export const kindEntry = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/, 'must be in capitals, such as HIRED_EMPLOYEES'),
  title: z.string().min(1).max(60),
  description: z.string().min(1),
  accepts: z.strictObject({
    extensions: z.array(z.string().regex(/^\.[a-z0-9]+$/, 'must be lower case with a dot, such as .csv')).min(1),
    /** `video/*` stands for all media types of a family. */
    mediaTypes: z.array(z.string().regex(/^[a-z]+\/(\*|[a-z0-9.+-]+)$/)).min(1),
  }),
  maxBytes: z.int().min(1),
  /** The permission that a user needs to upload files of this kind. */
  permission: z.string().regex(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/),
  /** Kinds whose earlier uploads must have finished before one of this kind is processed. */
  waitsFor: z.array(z.string()).default([]),
  /** For tables: the columns in their usual order. */
  columns: z.array(column).min(1).nullable(),
  /** Titles of the counts that the work reports, such as `{ rowsLoaded: 'Rows imported' }`. */
  counts: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), z.string().min(1)).default({}),
});

export type KindEntry = z.output<typeof kindEntry>;
export type KindColumn = NonNullable<KindEntry['columns']>[number];

/** A kind of upload as its worker declares it; `options` is a strict object of what an uploader may choose. */
export interface KindDefinition<O extends z.ZodObject = z.ZodObject> extends KindEntry {
  readonly options: O;
}

type Declared<Name extends string> = z.input<typeof kindEntry> & { readonly name: Name };

const noOptions = z.strictObject({});

/** Declares a kind of upload: pure data. Throws for a declaration that no registry could hold. */
export function defineKind<const Name extends string>(
  declared: Declared<Name>,
): KindDefinition<typeof noOptions> & { readonly name: Name };
export function defineKind<const Name extends string, O extends z.ZodObject>(
  declared: Declared<Name> & { readonly options: O },
): KindDefinition<O> & { readonly name: Name };
export function defineKind({
  options = noOptions,
  ...declared
}: Declared<string> & { readonly options?: z.ZodObject }): KindDefinition {
  const parsed = kindEntry.safeParse(declared);
  if (!parsed.success) throw new Error(`The kind ${declared.name} is wrong.\n${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, options };
}
