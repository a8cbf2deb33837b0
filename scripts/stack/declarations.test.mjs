import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from '../checkout/checkout.mjs';
import { findDatabases, findDeployables, getDatabaseVariable } from './declarations.mjs';
import { listDeployables } from './deployables.mjs';
import { addressVariables } from './environment.mjs';

/** A checkout with only the files that declare something; `declared` is the field `tributary` of a subgraph `lakes`. */
function aCheckout(declared) {
  const folder = mkdtempSync(join(tmpdir(), 'declarations-'));
  for (const { path } of findDeployables())
    cpSync(join(root, path, 'package.json'), join(folder, path, 'package.json'));
  for (const name of findDatabases()) {
    cpSync(join(root, 'prisma', name, 'schema.prisma'), join(folder, 'prisma', name, 'schema.prisma'));
  }
  mkdirSync(join(folder, 'subgraphs/lakes'), { recursive: true });
  writeFileSync(join(folder, 'subgraphs/lakes/package.json'), JSON.stringify({ tributary: declared }));
  return folder;
}

describe('the declarations', () => {
  test('add a deployable by its folder alone', () => {
    const folder = aCheckout({ port: 4500, routes: ['/lakes'] });
    const added = findDeployables(folder).filter(({ name }) => !findDeployables().some((one) => one.name === name));
    expect(added).toMatchObject([{ name: 'lakes', kind: 'subgraph', declares: { port: 4500, routes: ['/lakes'] } }]);
  });

  test.each([
    [{}, '"tributary.port" is missing'],
    [{ port: '4500' }, '"tributary.port" cannot be "4500"'],
    [{ port: 4500, database: 'users' }, 'unknown field "database"'],
    [{ port: 4500, databases: ['lakes'] }, 'no database "lakes"'],
    [{ port: 4500, routes: ['lakes'] }, '"tributary.routes" cannot be ["lakes"]'],
  ])('%j is refused, with the file and the reason', (declared, reason) => {
    const folder = aCheckout(declared);
    expect(() => findDeployables(folder)).toThrow(reason);
    expect(() => findDeployables(folder)).toThrow('subgraphs/lakes/package.json');
  });

  test('give every deployable the URLs of the databases that it declares, and of no other', async () => {
    const variables = findDatabases().map(getDatabaseVariable);
    for (const { name, variables: read, declares } of await listDeployables()) {
      const wanted = declares.databases.map(getDatabaseVariable).sort();
      expect([name, read.filter((one) => variables.includes(one)).sort()]).toEqual([name, wanted]);
    }
  });

  test('give every process a port of its own', async () => {
    const ports = (await listDeployables()).map(({ defaultPort }) => defaultPort);
    expect(new Set(ports).size).toBe(ports.length);
  });

  test('let the gateway pass on the routes of subgraphs, including the page of the password reset link', () => {
    expect(addressVariables((name) => `http://${name}`).PASS_THROUGH?.split(',')).toContain('/account=users');
  });
});
