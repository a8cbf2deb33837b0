import { invalidInput } from '@tributary/core';
import { z } from 'zod';

export const passwordLength = { min: 10, max: 128 };
const address = z.email().max(254);

/** An address the way it is stored and compared. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The normalised address; BAD_USER_INPUT names one that is not an e-mail address. */
export function checkEmail(email: string): string {
  const result = address.safeParse(normaliseEmail(email));
  if (!result.success) throw invalidInput(`${JSON.stringify(email.slice(0, 100))} is not an e-mail address`);
  return result.data;
}

/** The name without spaces around it; 1 to 100 characters, none of them a control character. */
export function checkName(name: string): string {
  const trimmed = name.trim();
  const length = [...trimmed].length;
  if (length < 1 || length > 100) throw invalidInput(`name must have 1 to 100 characters, and has ${length}`);
  if (/\p{Cc}/u.test(trimmed)) throw invalidInput('name must not contain line breaks or other control characters');
  return trimmed;
}

/** The password as it is, if its length is right; the message never repeats it. */
export function checkPassword(password: string): string {
  const { min, max } = passwordLength;
  const length = [...password].length;
  if (length >= min && length <= max) return password;
  throw invalidInput(`The password must have ${min} to ${max} characters, and has ${length}`);
}
