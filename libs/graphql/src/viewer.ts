import { forbidden, unauthenticated } from '@tributary/core';

/** Who asks, as the gateway vouches for it in the internal token; null where a request is anonymous. */
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
  if (viewer === null) throw unauthenticated('Sign in first: this needs an access token');
  return viewer;
}

/** The viewer if it holds the permission, else FORBIDDEN (UNAUTHENTICATED for an anonymous request). */
export function requirePermission(viewer: Viewer | null, permission: string): Viewer {
  const known = requireViewer(viewer);
  if (!known.permissions.includes(permission)) throw forbidden(`This needs the permission ${permission}`);
  return known;
}

/** Passes a viewer that holds all permissions of at least one alternative; else FORBIDDEN, or UNAUTHENTICATED without a viewer. */
export function requireAnyOf(viewer: Viewer | null, alternatives: readonly (readonly string[])[]): void {
  const { permissions } = requireViewer(viewer);
  if (alternatives.some((needed) => needed.every((permission) => permissions.includes(permission)))) return;
  throw forbidden(`This needs the permission ${alternatives.map((needed) => needed.join(' and ')).join(', or ')}`);
}
