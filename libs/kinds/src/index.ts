export { defineKind, GiB, KiB, type KindColumn, type KindDefinition, type KindEntry, MiB } from './define-kind.ts';
export {
  findKind,
  getKind,
  listKinds,
  listPermissions,
  type Permission,
  parseOptions,
  type RegisteredKind,
  toRegistryEntry,
} from './registry.ts';
