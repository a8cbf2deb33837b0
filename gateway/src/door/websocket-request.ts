import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Counts as an upgrade only when it asks for a WebSocket. With an `upgrade` listener Node hands over every other `Upgrade`
 * (`h2c`, from `curl --http2` or Java) as well, so that it would never get an HTTP response; HTTP allows a server to ignore them.
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
