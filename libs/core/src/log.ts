import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

const secretKeys = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'secret', 'key'];

/** Structured JSON lines on standard output, `name` in each; fields that carry secrets are removed, one level deep too. */
export function createLog(name: string, level = 'info', destination: DestinationStream = pino.destination(1)): Log {
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), remove: true },
    },
    destination,
  );
}
