import { describe, expect, test } from '@jest/globals';
import { defaultReasons, errorCatalogue } from './error-catalogue.ts';
import { checkAll, conflict, hasReason, invalidArgument, isAppError, toExtensions, unavailable } from './errors.ts';

const getError = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('It did not throw.');
};

describe('the catalogue', () => {
  test('has each reason once, in capitals, with a sentence', () => {
    const reasons = Object.values(errorCatalogue).flatMap((group) => Object.entries(group));
    expect(new Set(reasons.map(([reason]) => reason)).size).toBe(reasons.length);
    for (const [reason, meaning] of reasons) {
      expect(reason).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(meaning).toMatch(/^[A-Z`].*\.$/);
    }
  });

  test('has the reason of errors that name none', () => {
    for (const [code, reason] of Object.entries(defaultReasons)) {
      expect(Object.entries(errorCatalogue).find(([name]) => name === code)?.[1]).toHaveProperty(reason);
    }
  });
});

test('an error carries its code and its reason', () => {
  expect(toExtensions(conflict('Taken.', { reason: 'EMAIL_TAKEN' }))).toEqual({
    code: 'CONFLICT',
    reason: 'EMAIL_TAKEN',
  });
  expect(toExtensions(unavailable('Down.'))).toEqual({ code: 'UNAVAILABLE', reason: 'DEPENDENCY_UNAVAILABLE' });
  expect(hasReason(conflict('Taken.', { reason: 'EMAIL_TAKEN' }), 'EMAIL_TAKEN')).toBe(true);
  expect(hasReason(new Error('EMAIL_TAKEN'), 'EMAIL_TAKEN')).toBe(false);
});

describe('checkAll', () => {
  const bad = (path: string, code: 'EMAIL_INVALID' | 'NAME_INVALID') => () => {
    throw invalidArgument([path], code, `${path} is wrong.`);
  };

  test('returns the values of all checks', () => {
    expect(checkAll({ one: () => 1, two: () => 'two' })).toEqual({ one: 1, two: 'two' });
  });

  test('names every wrong value at once, with the first reason', () => {
    const error = getError(() =>
      checkAll({ a: bad('email', 'EMAIL_INVALID'), b: () => 1, c: bad('name', 'NAME_INVALID') }),
    );
    if (!isAppError(error)) throw error;
    expect(error.message).toBe('email is wrong. name is wrong.');
    expect(toExtensions(error)).toEqual({
      code: 'BAD_USER_INPUT',
      reason: 'EMAIL_INVALID',
      problems: [
        { path: ['email'], code: 'EMAIL_INVALID', message: 'email is wrong.' },
        { path: ['name'], code: 'NAME_INVALID', message: 'name is wrong.' },
      ],
    });
  });

  test('throws any other error as it is', () => {
    const error = new Error('bug');
    expect(
      getError(() =>
        checkAll({
          a: bad('email', 'EMAIL_INVALID'),
          c: () => {
            throw error;
          },
        }),
      ),
    ).toBe(error);
  });
});
