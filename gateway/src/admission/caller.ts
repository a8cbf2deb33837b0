import { z } from 'zod';

/** Who an access token speaks for. */
export const viewerClaims = z.object({
  sub: z.string().min(1),
  email: z.string(),
  name: z.string(),
  permissions: z.array(z.string()),
  /** Tokens of older versions lack it and count as confirmed. */
  emailConfirmed: z.boolean().optional(),
});

export type Viewer = z.output<typeof viewerClaims>;

/** The one who sends a request: `viewer` is null for an anonymous one. */
export interface Caller {
  viewer: Viewer | null;
}
