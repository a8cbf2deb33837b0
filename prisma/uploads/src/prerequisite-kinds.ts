import { findKind } from '@tributary/kinds';

/** The kinds whose earlier uploads must have finished before one of this kind is processed. */
export const prerequisiteKinds = (kind: string): readonly string[] => findKind(kind)?.waitsFor ?? [];
