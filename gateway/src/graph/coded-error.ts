import type { AppError } from '@tributary/core';
import { GraphQLError } from 'graphql';

/** The error as GraphQL shows it, with its code among the extensions. */
export function codedError(error: AppError): GraphQLError {
  return new GraphQLError(error.message, { extensions: { code: error.code }, originalError: error });
}
