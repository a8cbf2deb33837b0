/**
 * A server that accepts our login.
 *
 * @typedef {object} Found
 * @property {string} how where it was found, for people
 * @property {Record<string, string>} environment its URL by the variable's name, and other variables of its clients
 * @property {() => Promise<void>} release ends the server if it was started for this command and no other process uses it
 */

/**
 * One kind of server, as data for the sources.
 *
 * @typedef {object} ServerKind
 * @property {string} name for people
 * @property {string} variable the environment variable with its URL
 * @property {string[]} localUrls URLs of a local server without a password
 * @property {(url: string, env: Record<string, string | undefined>) => Promise<Record<string, string>>} login logs in and resolves with the environment of Found; throws if the login fails
 * @property {{ service: string, port: number, toEnvironment: (hostPort: (port: number) => Promise<string>) => Promise<Record<string, string>> }} compose its service in compose.yaml
 * @property {string[]} debianPackages
 * @property {import('./private-server.mjs').PrivateServer} privateServer
 */

/**
 * A way to get servers: resolves with those of `kinds` that it can provide.
 *
 * @typedef {object} ServerSource
 * @property {string} name
 * @property {(kinds: ServerKind[], context: Context) => Promise<Map<ServerKind, Found>>} find
 */

/**
 * @typedef {object} Context
 * @property {Record<string, string | undefined>} env
 * @property {string} dataRoot where private servers keep their data
 * @property {(text: string) => void} note reports why a server was skipped
 */

export {};
