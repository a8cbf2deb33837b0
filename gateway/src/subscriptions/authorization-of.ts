import { z } from 'zod';

const parameters = z.object({ authorization: z.string().optional(), Authorization: z.string().optional() });

/** The Authorization value among a connection_init's parameters, in either spelling. */
export function authorizationOf(connectionParams: unknown): string | undefined {
  const { data } = parameters.safeParse(connectionParams ?? {});
  return data?.authorization ?? data?.Authorization;
}
