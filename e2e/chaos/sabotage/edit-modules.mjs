/** @typedef {{ file: string, find: string, replace: string }} Edit */

/** @type {Edit[]} */
let edits = [];

/** @param {Edit[]} data */
export function initialize(data) {
  edits = data;
}

/**
 * Replaces text in modules while they are loaded.
 *
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const own = edits.filter(({ file }) => url.endsWith(`/${file}`));
  if (own.length === 0) return loaded;
  let source = String(loaded.source);
  for (const { find, replace } of own) {
    if (!source.includes(find)) throw new Error(`The line to edit is not in ${url}: ${find}`);
    source = source.replace(find, () => replace);
  }
  return { ...loaded, source };
}
