import { z } from 'zod';
import { defineEvent } from './define-event.ts';

/**
 * Somebody asked for a new password. `token` is the secret of the link: anyone who has it may set the password until
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

/**
 * An account was registered, or its owner asked for another link: `token` is the secret of the link that confirms the
 * address until `expiresAt`. The message has no name: the mail must not carry words of a stranger's choosing.
 */
export const confirmationRequested = defineEvent(
  'users.confirmation.requested',
  z.object({
    confirmationId: z.uuid(),
    user: z.object({ email: z.email() }),
    token: z.string().regex(/^[\w-]{43}$/),
    expiresAt: z.iso.datetime(),
  }),
);
