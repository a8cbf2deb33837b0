import { z } from 'zod';

/** The claims of an access token about its user. */
export const viewerClaims = z.object({
  sub: z.string().min(1),
  email: z.string(),
  name: z.string(),
  permissions: z.array(z.string()),
  /** Tokens of older versions lack this claim and count as confirmed. */
  emailConfirmed: z.boolean().optional(),
});

export type Viewer = z.output<typeof viewerClaims>;

/** The sender of a request: `viewer` is null for an anonymous one. */
export interface Caller {
  viewer: Viewer | null;
}
