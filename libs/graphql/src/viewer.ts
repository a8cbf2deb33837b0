import { forbidden, unauthenticated } from '@tributary/core';

/** The signed-in user, as the gateway's internal token names it; null for an anonymous request. */
export interface Viewer {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly permissions: readonly string[];
  /** False until the viewer's address is confirmed. Absent in tokens of older versions, which count as confirmed. */
  readonly emailConfirmed?: boolean | undefined;
}

/** The viewer, or UNAUTHENTICATED for an anonymous request. */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (viewer === null)
    throw unauthenticated('Sign in first: this needs an access token.', { reason: 'SIGN_IN_REQUIRED' });
  return viewer;
}

/** The viewer if it holds the permission, else FORBIDDEN (UNAUTHENTICATED for an anonymous request). */
export function requirePermission(viewer: Viewer | null, permission: string): Viewer {
  const signedIn = requireViewer(viewer);
  if (!signedIn.permissions.includes(permission)) throw missingPermission(permission);
  return signedIn;
}

/** Passes a viewer that holds all permissions of at least one alternative; else FORBIDDEN, or UNAUTHENTICATED without a viewer. */
export function requireAnyOf(viewer: Viewer | null, alternatives: readonly (readonly string[])[]): void {
  const { permissions } = requireViewer(viewer);
  if (alternatives.some((needed) => needed.every((permission) => permissions.includes(permission)))) return;
  throw missingPermission(alternatives.map((needed) => needed.join(' and ')).join(', or '));
}

const missingPermission = (needed: string) =>
  forbidden(`You need the ${needed} permission for this.`, { reason: 'PERMISSION_MISSING' });
