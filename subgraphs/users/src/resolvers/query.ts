import type { Connection } from '@tributary/graphql';
import type { QueryResolvers } from '../generated/graphql.ts';
import { listUsers } from '../list-users.ts';
import type { UserRow } from '../user.ts';

export type UserPage = Connection<UserRow>;

export const Query: QueryResolvers = {
  me: (_parent, _args, { viewer, userLoader }) => viewer && userLoader.load(viewer.id),
  user: (_parent, { id }, { userLoader }) => userLoader.load(id),
  users: (_parent, page, context) => listUsers(page, context),
};
