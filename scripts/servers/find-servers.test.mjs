import { describe, expect, test } from '@jest/globals';
import { findServers } from './find-servers.mjs';
import { fromEnvironment } from './sources/from-environment.mjs';
import { listeningLocally } from './sources/listening-locally.mjs';

/** A kind of server that accepts logins by these URLs. */
function aKind({ name = 'Lake', variable = 'LAKE_URL', localUrls = ['lake://local'], takes = [] } = {}) {
  return {
    name,
    variable,
    localUrls,
    debianPackages: [`${name.toLowerCase()}-server`],
    async login(url) {
      if (!takes.includes(url)) throw new Error('access denied');
      return { [variable]: url };
    },
  };
}

/** A source that provides every requested server, and records provided and released servers. */
function aSource() {
  const given = [];
  const released = [];
  return {
    given,
    released,
    name: 'always',
    async find(kinds) {
      given.push(...kinds.map((kind) => kind.name));
      const found = (kind) => ({
        how: 'made',
        environment: { [kind.variable]: 'made' },
        release: async () => void released.push(kind.name),
      });
      return new Map(kinds.map((kind) => [kind, found(kind)]));
    },
  };
}

const find = (kinds, sources, env = {}) => findServers({ kinds, sources, env });

describe('the sources', () => {
  test('a URL in the environment wins over a server on this machine', async () => {
    const kind = aKind({ takes: ['lake://local', 'lake://named'] });
    const servers = await find([kind], [fromEnvironment, listeningLocally], { LAKE_URL: 'lake://named' });
    expect(servers.environment).toEqual({ LAKE_URL: 'lake://named' });
  });

  test('a URL that is set but does not work is an error that names the variable, even if another server is listening', async () => {
    const kind = aKind({ takes: ['lake://local'] });
    const servers = find([kind], [fromEnvironment, listeningLocally], { LAKE_URL: 'lake://wrong' });
    await expect(servers).rejects.toThrow('LAKE_URL is set, but Lake cannot be used: access denied');
  });

  test('the first local address with a working login is used', async () => {
    const kind = aKind({ localUrls: ['lake://tcp', 'lake://socket'], takes: ['lake://socket'] });
    expect((await find([kind], [fromEnvironment, listeningLocally])).environment).toEqual({
      LAKE_URL: 'lake://socket',
    });
  });

  test('TRIBUTARY_SERVERS=private skips the servers of this machine', async () => {
    const last = aSource();
    await find([aKind({ takes: ['lake://local'] })], [fromEnvironment, listeningLocally, last], {
      TRIBUTARY_SERVERS: 'private',
    });
    expect(last.given).toEqual(['Lake']);
  });

  test('a later source is asked only for servers that the earlier ones could not provide', async () => {
    const last = aSource();
    const pond = aKind({ name: 'Pond', variable: 'POND_URL', localUrls: ['pond://local'] });
    const servers = await find([aKind({ takes: ['lake://local'] }), pond], [fromEnvironment, listeningLocally, last]);
    expect(last.given).toEqual(['Pond']);
    expect(servers.environment).toEqual({ LAKE_URL: 'lake://local', POND_URL: 'made' });
  });

  test('when no source provides a server, the error says what to do and which servers were skipped', async () => {
    const servers = find([aKind()], [fromEnvironment, listeningLocally]);
    await expect(servers).rejects.toThrow(
      /LAKE_URL=lake:\/\/local npm start[\s\S]*apt-get install lake-server[\s\S]*skipped: access denied/,
    );
  });

  test('started servers are ended when another server cannot be provided', async () => {
    const first = aSource();
    const failing = { name: 'failing', find: () => Promise.reject(new Error('no disk')) };
    const onlyLake = { name: 'lake', find: (kinds) => first.find(kinds.filter(({ name }) => name === 'Lake')) };
    const kinds = [aKind(), aKind({ name: 'Pond', variable: 'POND_URL' })];
    await expect(find(kinds, [onlyLake, failing])).rejects.toThrow('no disk');
    expect(first.released).toEqual(['Lake']);
  });
});
