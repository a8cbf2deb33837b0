import type { AppError } from '@tributary/core';
import { GraphQLError } from 'graphql';
import { extensionsOf } from './extensions-of.ts';

/** The error as GraphQL shows it, with its code among the extensions. */
export function codedError(error: AppError): GraphQLError {
  return new GraphQLError(error.message, { extensions: extensionsOf(error), originalError: error });
}
