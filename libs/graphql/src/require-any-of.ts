import { forbidden } from '@tributary/core';
import { requireViewer, type Viewer } from './viewer.ts';

/** Passes a viewer that holds all permissions of at least one alternative; else FORBIDDEN, or UNAUTHENTICATED without a viewer. */
export function requireAnyOf(viewer: Viewer | null, alternatives: readonly (readonly string[])[]): void {
  const { permissions } = requireViewer(viewer);
  if (alternatives.some((needed) => needed.every((permission) => permissions.includes(permission)))) return;
  throw forbidden(`This needs the permission ${alternatives.map((needed) => needed.join(' and ')).join(', or ')}`);
}
