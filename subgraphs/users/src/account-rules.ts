import { type InputProblem, invalidArgument } from '@tributary/core';
import { z } from 'zod';

export const passwordLength = { min: 10, max: 128 };
const address = z.email().max(254);

type Path = InputProblem['path'];

/** An address in the form in which it is stored and compared. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The normalised address; BAD_USER_INPUT with the value for any other text. */
export function assertEmail(email: string, path: Path): string {
  const result = address.safeParse(normaliseEmail(email));
  if (result.success) return result.data;
  throw invalidArgument(path, 'EMAIL_INVALID', `${JSON.stringify(email.slice(0, 100))} is not an email address.`);
}

/** Text that mail programs turn into links: a scheme, `www.`, or a dot between a letter or digit and two letters. */
const webAddress = /:\/\/|\bwww[.。．｡]|[\p{L}\p{N}][.。．｡]\p{L}{2,}/iu;

/** Characters that a name must not contain. \p{Cf} includes direction marks and most characters of zero width. */
const forbiddenInNames = [
  [/\p{Cc}|\p{Zl}|\p{Zp}/u, 'line breaks or other control characters'],
  [/\p{Cf}|[\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0]/u, 'invisible characters or direction marks'],
  [/\p{Cs}/u, 'half of a surrogate pair'],
  [webAddress, 'a web address; put a space after a full stop'],
] as const;

/** The name without surrounding spaces; BAD_USER_INPUT unless it has 1 to 100 visible characters and no web address. */
export function assertName(name: string, path: Path): string {
  const trimmed = name.trim();
  const length = [...trimmed].length;
  if (length < 1 || length > 100) {
    throw invalidArgument(path, 'NAME_INVALID', `The name must be 1 to 100 characters long; this one has ${length}.`);
  }
  const found = forbiddenInNames.find(([pattern]) => pattern.test(trimmed));
  if (found) throw invalidArgument(path, 'NAME_INVALID', `The name must not contain ${found[1]}.`);
  return trimmed;
}

/** The unchanged password; BAD_USER_INPUT if it is too short or too long. The message never repeats it. */
export function assertPassword(password: string, path: Path): string {
  const { min, max } = passwordLength;
  const length = [...password].length;
  if (length >= min && length <= max) return password;
  throw invalidArgument(
    path,
    'PASSWORD_LENGTH',
    `The password must be ${min} to ${max} characters long; this one has ${length}.`,
  );
}
