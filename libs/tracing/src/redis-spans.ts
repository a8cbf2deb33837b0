import { isRecorded, openSpan, recordError } from './spans.ts';

interface Command {
  readonly name: string;
  readonly promise: Promise<unknown>;
}

interface Connection {
  sendCommand(command: Command, stream?: unknown): unknown;
}

/** A connection to Redis by ioredis whose commands make spans within a trace; keys and values are left out. */
export function traceRedis<R extends Connection>(redis: R): R {
  const send = redis.sendCommand.bind(redis);
  // A command that waited for the connection is sent a second time.
  const seen = new WeakSet<Command>();
  const traced = (command: Command, stream?: unknown) => {
    if (isRecorded() && !seen.has(command)) {
      seen.add(command);
      const operation = command.name.toUpperCase();
      const attributes = { 'db.system.name': 'redis', 'db.operation.name': operation };
      const { span } = openSpan(`redis ${operation}`, { kind: 'client', attributes });
      command.promise.then(
        () => span.end(),
        (error: unknown) => {
          recordError(span, error);
          span.end();
        },
      );
    }
    return send(command, stream);
  };
  return Object.assign(redis, { sendCommand: traced });
}
