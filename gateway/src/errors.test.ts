import { describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { addReason, getErrorExtensions, LimitExceededError, RetryAfterError } from './errors.ts';

describe('the reason of an error', () => {
  test.each([
    [{ code: 'GRAPHQL_PARSE_FAILED' }, '', 'SYNTAX_ERROR'],
    [{ code: 'GRAPHQL_VALIDATION_FAILED' }, '', 'OPERATION_INVALID'],
    [{ code: 'GRAPHQL_VALIDATION_FAILED', validationErrorCode: 'MAX_DEPTH_EXCEEDED' }, '', 'OPERATION_TOO_LARGE'],
    [
      { code: 'GRAPHQL_VALIDATION_FAILED', validationErrorCode: 'INTROSPECTION_DISABLED' },
      '',
      'INTROSPECTION_DISABLED',
    ],
    [{ code: 'BAD_USER_INPUT' }, 'Variable "$id" of required type "ID!" was not provided.', 'VARIABLE_INVALID'],
    [{ code: 'BAD_USER_INPUT' }, 'Unexpected token', 'REQUEST_MALFORMED'],
    [{ code: 'CONFLICT', reason: 'EMAIL_TAKEN' }, '', 'EMAIL_TAKEN'],
    [{ code: 'NOT_FOUND' }, '', undefined],
    [{ code: 404 }, '', undefined],
  ])('of a library follows from its code: %j %s', (extensions, message, reason) => {
    expect(addReason(extensions, message)).toEqual(reason === undefined ? extensions : { ...extensions, reason });
  });

  test('of a limit distinguishes time-outs from overload', () => {
    const late = new RetryAfterError('UNAVAILABLE', 'late', { limit: 'OPERATION_TIMEOUT_MS', retryAfterSeconds: 1 });
    expect(getErrorExtensions(late)).toMatchObject({ reason: 'TIMED_OUT', limit: 'OPERATION_TIMEOUT_MS' });
    const busy = new RetryAfterError('UNAVAILABLE', 'busy', { limit: 'MAX_IN_FLIGHT', retryAfterSeconds: 1 });
    expect(getErrorExtensions(busy)).toMatchObject({ reason: 'TOO_BUSY', retryAfterSeconds: 1 });
    const csrf = new LimitExceededError('BAD_USER_INPUT', 'csrf', 'CSRF');
    expect(getErrorExtensions(csrf)).toEqual({ code: 'BAD_USER_INPUT', reason: 'PREFLIGHT_REQUIRED' });
    expect(getErrorExtensions(unavailable('down'))).toEqual({ code: 'UNAVAILABLE', reason: 'DEPENDENCY_UNAVAILABLE' });
  });
});
