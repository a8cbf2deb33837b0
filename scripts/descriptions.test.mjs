import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, visit } from 'graphql';
import { root } from './checkout/checkout.mjs';

const subgraphs = readdirSync(join(root, 'subgraphs'));
const files = subgraphs.flatMap((name) =>
  readdirSync(join(root, 'subgraphs', name))
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => `subgraphs/${name}/${file}`),
);

/**
 * The schema coordinates without a description.
 *
 * @param {string} sdl
 */
function findUndescribed(sdl) {
  /** @type {string[]} */
  const undescribed = [];
  /** @type {string[]} */
  const path = [];
  /** @param {import('graphql').ASTNode & { description?: unknown, name: { value: string } }} node */
  const enter = (node) => {
    path.push(node.name.value);
    if (!node.description) undescribed.push(path.join('.'));
  };
  const leave = () => void path.pop();
  const both = { enter, leave };
  visit(parse(sdl), {
    ObjectTypeDefinition: both,
    InterfaceTypeDefinition: both,
    UnionTypeDefinition: both,
    InputObjectTypeDefinition: both,
    EnumTypeDefinition: both,
    ScalarTypeDefinition: both,
    DirectiveDefinition: both,
    FieldDefinition: both,
    InputValueDefinition: both,
    EnumValueDefinition: both,
  });
  return undescribed;
}

describe('the graph', () => {
  test.each(files)('describes every type, field, argument, input field and enum value of %s', (file) => {
    expect(findUndescribed(readFileSync(join(root, file), 'utf8'))).toEqual([]);
  });

  test('a missing description is found at every level', () => {
    const sdl = `type Query { a("argument" b: Int, c: Int): Int } "T" type T { d: Int } enum E { F "G" G } input I { "h" h: Int j: Int }`;
    expect(findUndescribed(sdl)).toEqual(['Query', 'Query.a', 'Query.a.c', 'T.d', 'E', 'E.F', 'I', 'I.j']);
  });
});
