import type { Clock } from '@tributary/core';
import type { Viewer } from '@tributary/graphql';
import type { UsersDb } from '@tributary/users-db';
import type { Passwords } from './passwords.ts';
import type { Revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Permission } from './user.ts';
import { createUserLoader, type UserLoader } from './user-loader.ts';

/** What every use case of this subgraph draws its own few dependencies from. */
export interface Dependencies {
  db: UsersDb;
  clock: Clock;
  passwords: Passwords;
  revocations: Revocations;
  signing: { keys: SigningKeys; issuer: string };
  newUserPermissions: readonly Permission[];
  emailConfirmation: 'required' | 'off';
  /** Called once a message lies in the outbox. */
  outboxFilled: () => void;
}

export interface Context extends Dependencies {
  viewer: Viewer | null;
  userLoader: UserLoader;
}

/** A context for one request, with a loader of its own, so that nothing is cached beyond it. */
export function createContext(viewer: Viewer | null, dependencies: Dependencies): Context {
  return { ...dependencies, viewer, userLoader: createUserLoader(dependencies) };
}
