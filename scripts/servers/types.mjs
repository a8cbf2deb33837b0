/**
 * A server that answers and takes our login.
 *
 * @typedef {object} Found
 * @property {string} how where it was found, for a person to read
 * @property {Record<string, string>} environment its URL by the variable's name, and what else its clients need
 * @property {() => Promise<void>} release ends it if it was started for us and nobody else uses it
 */

/**
 * One kind of server, as data for the sources.
 *
 * @typedef {object} ServerKind
 * @property {string} name for a person to read
 * @property {string} variable the environment variable with its URL
 * @property {string[]} localUrls where one may be listening on this machine, without a password
 * @property {(url: string, env: Record<string, string | undefined>) => Promise<Record<string, string>>} login logs in, throws if it cannot, and resolves with the environment of Found
 * @property {{ service: string, port: number, toEnvironment: (hostPort: (port: number) => Promise<string>) => Promise<Record<string, string>> }} compose its service in compose.yaml
 * @property {string[]} debianPackages
 * @property {import('./private-server.mjs').PrivateServer} privateServer
 */

/**
 * One way to come by a server: resolves with those of `kinds` it can provide.
 *
 * @typedef {object} ServerSource
 * @property {string} name
 * @property {(kinds: ServerKind[], context: Context) => Promise<Map<ServerKind, Found>>} find
 */

/**
 * @typedef {object} Context
 * @property {Record<string, string | undefined>} env
 * @property {string} dataRoot where private servers keep their data
 * @property {(text: string) => void} note says why something that is there was passed over
 */

export {};
