import { invalidInput } from '@tributary/core';
import { z } from 'zod';

export const passwordLength = { min: 10, max: 128 };
const address = z.email().max(254);

/** An address the way it is stored and compared. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The normalised address; BAD_USER_INPUT names one that is not an e-mail address. */
export function assertEmail(email: string): string {
  const result = address.safeParse(normaliseEmail(email));
  if (!result.success) throw invalidInput(`${JSON.stringify(email.slice(0, 100))} is not an e-mail address`);
  return result.data;
}

/** Mails show names, and mail programs turn these into links: a scheme, `www.`, or a dot between a letter or digit and two letters. */
const webAddress = /:\/\/|\bwww[.。．｡]|[\p{L}\p{N}][.。．｡]\p{L}{2,}/iu;

/** Not permitted in a name, with the reason. \p{Cf} has the marks that turn the direction of text, and most of zero width. */
const forbiddenInNames = [
  [/\p{Cc}|\p{Zl}|\p{Zp}/u, 'line breaks or other control characters'],
  [/\p{Cf}|[\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0]/u, 'invisible characters or direction marks'],
  [/\p{Cs}/u, 'half of a surrogate pair'],
  [webAddress, 'a web address; put a space behind a full stop'],
] as const;

/** The name without spaces around it: 1 to 100 characters, none of them hidden, nothing that a mail program turns into a link. */
export function assertName(name: string): string {
  const trimmed = name.trim();
  const length = [...trimmed].length;
  if (length < 1 || length > 100) throw invalidInput(`name must have 1 to 100 characters, and has ${length}`);
  const found = forbiddenInNames.find(([pattern]) => pattern.test(trimmed));
  if (found) throw invalidInput(`name must not contain ${found[1]}`);
  return trimmed;
}

/** The password as it is, if its length is right; the message never repeats it. */
export function assertPassword(password: string): string {
  const { min, max } = passwordLength;
  const length = [...password].length;
  if (length >= min && length <= max) return password;
  throw invalidInput(`The password must have ${min} to ${max} characters, and has ${length}`);
}
