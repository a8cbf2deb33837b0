import { describe, expect, test } from '@jest/globals';
import { fileTooLarge, invalidInput } from '@tributary/core';
import { GraphQLError, parse } from 'graphql';
import { LimitExceededError, RetryAfterError, toGraphQLError } from '../errors.ts';
import { getLimitName } from './limit-names.ts';

const graphqlError = (extensions: Record<string, unknown>) => new GraphQLError('no', { extensions });

function tokensError(): unknown {
  try {
    return parse('{ a b c d e }', { maxTokens: 3 });
  } catch (error) {
    return error;
  }
}

describe('the limit that an error refused by', () => {
  test.each([
    ['MAX_DEPTH', graphqlError({ code: 'GRAPHQL_VALIDATION_FAILED', validationErrorCode: 'MAX_DEPTH_EXCEEDED' })],
    ['MAX_COST', graphqlError({ code: 'COST_ESTIMATED_TOO_EXPENSIVE' })],
    ['MAX_TOKENS', tokensError()],
    ['SAFELIST', graphqlError({ code: 'OPERATION_NOT_PUBLISHED' })],
    ['RATE_LIMIT', new RetryAfterError('RATE_LIMITED', 'later', { limit: 'RATE_LIMIT', retryAfterSeconds: 1 })],
    [
      'MAX_IN_FLIGHT',
      toGraphQLError(new RetryAfterError('UNAVAILABLE', 'later', { limit: 'MAX_IN_FLIGHT', retryAfterSeconds: 1 })),
    ],
    ['CSRF', new LimitExceededError('BAD_USER_INPUT', 'no', 'CSRF')],
    ['MAX_UPLOAD_BYTES', fileTooLarge('too large')],
    ['MAX_BODY_BYTES', Object.assign(new Error('request entity too large'), { type: 'entity.too.large', status: 413 })],
  ])('is %s', (limit, error) => {
    expect(getLimitName(error)).toBe(limit);
  });

  test.each([
    invalidInput('wrong'),
    graphqlError({ code: 'NOT_FOUND', limit: 'something else' }),
    graphqlError({ code: 'GRAPHQL_VALIDATION_FAILED', validationErrorCode: 7 }),
    new Error('boom'),
    null,
  ])('is none for any other: %p', (error) => {
    expect(getLimitName(error)).toBe(null);
  });
});
