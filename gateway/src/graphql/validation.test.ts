import { expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { createValidate } from './validation.ts';

const schema = buildSchema('type Query { who: String }');

test('the errors of a document, which are cached with it, hold no stack trace, and later errors have one again', () => {
  const validate = createValidate({ schema, maxMergedFields: 100, allowsIntrospection: false });
  const errors = validate(parse('query($a: Nothing) { nobody __schema { __typename } ...F }'));
  expect(errors.map(({ message }) => message)).toHaveLength(5);
  for (const { stack } of errors) expect(stack).not.toMatch(/\n\s+at /);
  expect(new Error('later').stack).toMatch(/\n\s+at /);
});
