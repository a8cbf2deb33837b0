import { z } from 'zod';
import { badConfig } from './errors.ts';

/**
 * Reads one deployable's settings from the environment. All problems are in the one error thrown (BAD_CONFIG), each
 * with the variable's name and what is wrong, never its value: it may be a secret. An empty variable counts as not set.
 */
export function readConfig<S extends z.ZodObject>(
  schema: S,
  env: Record<string, string | undefined> = process.env,
): z.output<S> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return name in set ? `  ${name}: ${issue.message}` : `  ${name}: is required but not set`;
  });
  throw badConfig(
    `The configuration is wrong:\n${[...new Set(lines)].join('\n')}\nEvery variable is explained in docs/configuration.md.`,
  );
}

/** A whole number from `min` to `max`, written in decimal digits. */
export const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().int().min(min).max(max));

/**
 * A URL of one of the given schemes, e.g. `urlOf('mysql', 'mariadb')`. A URL of a server may hold a password, so only the
 * URLs of web pages are not secret.
 */
export const urlOf = (...schemes: string[]) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)), {
      error: `must be a URL that starts with ${schemes.map((scheme) => `${scheme}:`).join(' or ')}`,
    })
    .meta({ isSecret: !schemes.some((scheme) => scheme === 'http' || scheme === 'https') });

/** A TCP port to listen on; 0 lets the operating system choose. */
export const port = wholeNumber(0, 65535);

/** A secret of at least 32 characters. */
export const secret = z.string().min(32, 'must have at least 32 characters').meta({ isSecret: true });

/** PEM text; a literal `\n` stands for a line break, since many tools cannot put one into a variable. */
export const pem = z
  .string()
  .transform((value) => value.replaceAll('\\n', '\n'))
  .refine((value) => value.includes('-----BEGIN ') && value.includes('-----END '), {
    error: 'must be a key in PEM form',
  })
  .meta({ isSecret: true });
