import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { checkFieldRates, fieldRates } from './rate-limits.ts';

const schema = buildSchema(`
  type Query { me: Person }
  type Person { name: String }
  type Mutation { login(email: String!, password: String!): String, register(input: Input!): String, leave: String }
  input Input { email: String! }
`);

const check = (text: string) => () => checkFieldRates(schema, fieldRates.parse(text));

test('rates of fields at the top of the graph are taken, with and without an argument', () => {
  expect(
    check('Mutation.login(email)=1/1s,Mutation.register(input.email)=1/1s,Mutation.leave=1/1s,Query.me=1/1s'),
  ).not.toThrow();
});

test.each([
  ['Mutation.logIn(email)=1/1s', /no field "Mutation\.logIn" at its top/],
  ['Mutations.login(email)=1/1s', /no field "Mutations\.login" at its top/],
  ['Person.name=1/1s', /no field "Person\.name" at its top/],
  ['Mutation.login(mail)=1/1s', /"Mutation\.login" takes no argument "mail"/],
  ['Mutation.register(input.mail)=1/1s', /takes no argument "input\.mail"/],
  ['Mutation.login(email.host)=1/1s', /takes no argument "email\.host"/],
])('%s would limit nothing and is refused', (text, message) => {
  expect(check(text)).toThrow(message);
});
