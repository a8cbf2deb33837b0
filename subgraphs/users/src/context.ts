import type { Clock } from '@tributary/core';
import type { Viewer } from '@tributary/graphql';
import type { UsersDb } from '@tributary/users-db';
import { createUserLoader, type UserLoader } from './accounts.ts';
import type { Passwords } from './passwords/hashing.ts';
import type { Revocations } from './sessions/revocations.ts';
import type { SigningKeys } from './sessions/signing-keys.ts';

/** The dependencies of all use cases; each takes only those that it needs. */
export interface Dependencies {
  db: UsersDb;
  clock: Clock;
  passwords: Passwords;
  revocations: Revocations;
  signing: { keys: SigningKeys; issuer: string };
  newUserPermissions: readonly string[];
  emailConfirmation: 'required' | 'off';
  /** Called after the commit of a message to the outbox. */
  onOutboxWrite: () => void;
}

export interface Context extends Dependencies {
  viewer: Viewer | null;
  userLoader: UserLoader;
}

/** The context of one request. Its loader caches nothing beyond the request. */
export function createContext(viewer: Viewer | null, dependencies: Dependencies): Context {
  return { ...dependencies, viewer, userLoader: createUserLoader(dependencies) };
}
