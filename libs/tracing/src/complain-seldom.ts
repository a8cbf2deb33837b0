import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Log } from '@tributary/core';

const everyMs = 60_000;

/** Has the log say that spans cannot be sent: at most once a minute, however often that happens. */
export function complainSeldom(log: Log): void {
  let silentUntil = 0;
  const complain = (message: string) => {
    if (Date.now() < silentUntil) return;
    silentUntil = Date.now() + everyMs;
    log.warn({ reason: reasonOf(message) }, 'the collector of traces does not take spans');
  };
  const quiet = () => undefined;
  const logger = { error: complain, warn: complain, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** The SDK tells an error as JSON, with its stack. */
function reasonOf(message: string): string {
  try {
    return String(Object(JSON.parse(message)).message ?? message);
  } catch {
    return message;
  }
}
