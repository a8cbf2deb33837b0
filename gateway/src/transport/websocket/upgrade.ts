import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { z } from 'zod';

/**
 * Counts as an upgrade only if it asks for a WebSocket. With an `upgrade` listener Node hands over every other
 * `Upgrade` (`h2c`, from `curl --http2` or Java) as well, which would then never get an HTTP response; HTTP allows a
 * server to ignore them.
 */
export class WebSocketAwareRequest extends IncomingMessage {
  /** Node's parser sets `upgrade` before it has the headers and reads it afterwards. */
  private asksForUpgrade: boolean | null;

  constructor(socket: Socket) {
    super(socket);
    this.asksForUpgrade = null;
  }

  get upgrade(): boolean | null {
    if (!this.asksForUpgrade || this.method === 'CONNECT') return this.asksForUpgrade;
    return this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(value: boolean | null) {
    this.asksForUpgrade = value;
  }
}

/** Compares text, since parsing would throw for targets such as `//`. */
export function isGraphqlPath(target: string | undefined): boolean {
  return target?.split(/[?#]/, 1)[0] === '/graphql';
}

/** Answers an upgrade request with a status and closes its connection. */
export function rejectUpgrade(socket: Duplex, status: string): void {
  // A client that keeps its half open would hold the connection.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * Whether a page may open a WebSocket: one of this host, or of a named origin. Clients other than browsers send no
 * origin. Browsers send no preflight before a WebSocket, so pages of other origins are kept out here.
 */
export function isAllowedOrigin({ headers: { origin, host } }: IncomingMessage, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

const parameters = z.object({ authorization: z.string().optional(), Authorization: z.string().optional() });

/** The Authorization value among the connection_init parameters, in either spelling. */
export function getAuthorization(connectionParams: unknown): string | undefined {
  const { data } = parameters.safeParse(connectionParams ?? {});
  return data?.authorization ?? data?.Authorization;
}
