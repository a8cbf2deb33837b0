import type { Duplex } from 'node:stream';

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
