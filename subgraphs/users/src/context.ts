import type { Clock } from '@tributary/core';
import type { Viewer } from '@tributary/graphql';
import type { UsersDb } from '@tributary/users-db';
import { createUserLoader, type UserLoader } from './accounts.ts';
import type { Passwords } from './passwords/hashing.ts';
import type { Revocations } from './sessions/revocations.ts';
import type { SigningKeys } from './sessions/signing-keys.ts';

/** What every use case of this subgraph draws its own few dependencies from. */
export interface Dependencies {
  db: UsersDb;
  clock: Clock;
  passwords: Passwords;
  revocations: Revocations;
  signing: { keys: SigningKeys; issuer: string };
  newUserPermissions: readonly string[];
  emailConfirmation: 'required' | 'off';
  /** Called once a message lies in the outbox. */
  onOutboxWrite: () => void;
}

export interface Context extends Dependencies {
  viewer: Viewer | null;
  userLoader: UserLoader;
}

/** A context for one request, with a loader of its own, so that nothing is cached beyond it. */
export function createContext(viewer: Viewer | null, dependencies: Dependencies): Context {
  return { ...dependencies, viewer, userLoader: createUserLoader(dependencies) };
}
