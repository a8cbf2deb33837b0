/**
 * The server whose URL is set. If it does not work, that is an error: no other server is tried. @type
 * {import('../types.mjs').ServerSource}
 */
export const fromEnvironment = {
  name: 'environment',
  async find(kinds, { env }) {
    const found = new Map();
    for (const kind of kinds) {
      const url = env[kind.variable];
      if (!url) continue;
      try {
        found.set(kind, {
          how: `by ${kind.variable}`,
          environment: await kind.login(url, env),
          release: async () => {},
        });
      } catch (error) {
        throw new Error(`${kind.variable} is set, but ${kind.name} cannot be used: ${describe(error)}`, {
          cause: error,
        });
      }
    }
    return found;
  },
};

/** @param {unknown} error */
const describe = (error) => (error instanceof Error ? error.message || error.name : String(error));
