import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A subscription on a WebSocket of its own, by the graphql-ws protocol, that has had its first event. `onEvent` hears of each. */
export async function openSubscriber(
  url: string,
  { token, query, onEvent }: { token: string; query: string; onEvent(event: string): void },
): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  // `once` rejects by an error, so a refusal ends the run with its reason.
  const refuse = (code: number, reason: Buffer) => void socket.emit('error', new Error(`closed: ${code} ${reason}`));
  socket.once('close', refuse);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  const first = once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  const text = String((await first)[0]);
  if (!text.includes('"next"')) throw new Error(`Instead of an event came ${text}`);
  socket.off('close', refuse);
  socket.on('message', (data) => onEvent(String(data)));
  return socket;
}

/** Many of them, a few at a time. */
export async function openSubscribers(count: number, open: () => Promise<WebSocket>): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    const size = Math.min(50, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: size }, open))));
  }
  return sockets;
}

/** Closes them without a word, and resolves once they are closed. */
export async function closeAll(sockets: WebSocket[]): Promise<void> {
  await Promise.all(
    sockets.map((socket) => {
      const closed = once(socket, 'close');
      socket.terminate();
      return closed;
    }),
  );
}

/** Throws where this process, and with it those it starts, may not have so many files open at once. */
export function assertOpenFileLimit(count: number) {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  if (limit !== 'unlimited' && Number(limit) < count)
    throw new Error(`${count} files must be open at once, and the limit is ${limit}: raise it with ulimit -n ${count}`);
}
