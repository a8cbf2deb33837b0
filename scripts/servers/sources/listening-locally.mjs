/**
 * A server on this machine that accepts the login of a fresh installation. No user and no setting of it is changed.
 * @type {import('../types.mjs').ServerSource}
 */
export const listeningLocally = {
  name: 'this machine',
  async find(kinds, { env, note }) {
    const found = new Map();
    if (env.TRIBUTARY_SERVERS === 'private') return found;
    for (const kind of kinds) {
      for (const url of kind.localUrls) {
        try {
          found.set(kind, {
            how: `on this machine (${url})`,
            environment: await kind.login(url, env),
            release: async () => {},
          });
          break;
        } catch (error) {
          if (!isNotListening(error))
            note(`${kind.name} at ${url} was skipped: ${error instanceof Error ? error.message : error}`);
        }
      }
    }
    return found;
  },
};

/** Nothing listens there: not worth a note. @param {unknown} error @returns {boolean} */
function isNotListening(error) {
  if (!(error instanceof Error)) return false;
  const codes = ['ECONNREFUSED', 'ENOENT', 'ENOTFOUND'];
  return (
    codes.some((code) => `${/** @type {NodeJS.ErrnoException} */ (error).code} ${error.message}`.includes(code)) ||
    isNotListening(error.cause)
  );
}
