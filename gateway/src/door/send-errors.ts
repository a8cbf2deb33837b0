import type { Response } from 'express';
import type { GraphQLError } from 'graphql';
import { type graphqlJson, json } from './accepted-types.ts';

/** Tells what is wrong with a document; as GraphQL over HTTP wants it, with 200 as application/json, else with 400. */
export function sendErrors(
  response: Response,
  type: typeof json | typeof graphqlJson,
  errors: readonly GraphQLError[],
): void {
  response
    .status(type === json ? 200 : 400)
    .type(type)
    .json({ errors });
}
