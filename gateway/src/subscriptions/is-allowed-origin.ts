import type { IncomingMessage } from 'node:http';

/**
 * Whether a page may open a WebSocket: one of this host, or of an origin that is named. Clients that are no browsers tell no
 * origin. Browsers ask for no leave before they open a WebSocket, so this is where pages of others are kept out.
 */
export function isAllowedOrigin({ headers: { origin, host } }: IncomingMessage, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
