import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Exchange } from './exchange.ts';

type Open = () => Exchange;

const brokenConnection = new Set<unknown>(['ECONNRESET', 'EPIPE']);

/** Pauses before a connection that was refused is tried again: a process that restarts is replaced by another one meanwhile. */
const connectPausesMs = [50, 200];

/**
 * Sends what changes nothing and gives the response's head. It is sent once more where the connection broke before the answer,
 * as when the subgraph closed it just as it was used again, or ended.
 */
export async function sendRead(open: Open, signal: AbortSignal, body?: string): Promise<IncomingMessage> {
  const send = async () => {
    const { request, response } = await connect(open, signal);
    request.end(body);
    return response;
  };
  try {
    return await send();
  } catch (error) {
    if (signal.aborted || !brokenConnection.has(codeOf(error))) throw error;
    return send();
  }
}

/**
 * Opens an exchange, whose body is not written yet, and waits for its connection; what was refused before anything was written is
 * tried again, so that it suits a request that must not arrive twice.
 */
export async function connect(open: Open, signal: AbortSignal): Promise<Exchange> {
  for (let attempt = 0; ; attempt += 1) {
    const exchange = open();
    try {
      await exchange.connected;
      return exchange;
    } catch (error) {
      const pauseMs = connectPausesMs[attempt];
      if (signal.aborted || pauseMs === undefined || codeOf(error) !== 'ECONNREFUSED') throw error;
      await pause(pauseMs);
    }
  }
}

/** The network's word for what the error was caused by; a time-out has none. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
