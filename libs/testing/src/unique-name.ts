import { randomBytes } from 'node:crypto';

/** A name for something on a shared server that no other test run uses; tells by its beginning that a test made it. */
export function uniqueName(purpose: string): string {
  return `tributary_test_${randomBytes(5).toString('hex')}_${purpose}`;
}
