import { z } from 'zod';
import { defineEvent } from './define-event.ts';

/**
 * Somebody asked for a new password. `token` is the secret of the link: whoever has it may set the password until
 * `expiresAt`, once. It is in no log, and in no database but as a hash, once the broker has taken the message.
 */
export const resetRequested = defineEvent(
  'users.reset.requested',
  z.object({
    resetId: z.uuid(),
    user: z.object({ email: z.email(), name: z.string() }),
    token: z.string().regex(/^[\w-]{43}$/),
    expiresAt: z.iso.datetime(),
  }),
);
