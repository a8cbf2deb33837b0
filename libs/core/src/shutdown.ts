import { z } from 'zod';
import { readConfig } from './config.ts';
import { isAppError } from './errors.ts';
import { createLog, type Log } from './log.ts';
import { settings } from './settings.ts';

export interface Process {
  log: Log;
  /** Registers a close; on shutdown the last registered runs first, each waited for. */
  onClose(close: () => Promise<unknown> | unknown): void;
}

/** @public Read by the generator of docs/configuration.md. */
export const processConfig = z.object({
  LOG_LEVEL: settings.logLevel,
  SHUTDOWN_TIMEOUT_MS: settings.shutdownTimeoutMs,
});

/**
 * Runs an entry point. SIGTERM and SIGINT close everything in reverse order and exit 0, or exit 1 after
 * SHUTDOWN_TIMEOUT_MS. A wrong configuration prints its problems and exits 78; an error at start, or one that nobody caught, exits 1.
 */
export async function startProcess(name: string, start: (process: Process) => Promise<void>): Promise<void> {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  let log = createLog(name);
  let timeoutMs = 25_000;
  let closing = false;

  async function shutDown(reason: string, exitCode: number) {
    if (closing) return;
    closing = true;
    log.info({ reason }, 'shutdown started');
    const deadline = setTimeout(() => {
      log.error({ timeoutMs }, 'shutdown timed out');
      process.exit(1);
    }, timeoutMs);
    deadline.unref();
    let code = exitCode;
    for (const close of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, 'closing failed');
        code = 1;
      }
    }
    log.info('stopped');
    process.exit(code);
  }

  // A full disk or a closed reader makes it emit errors, which would end the process.
  process.stderr.on('error', () => undefined);
  process.once('SIGTERM', () => void shutDown('SIGTERM', 0));
  process.once('SIGINT', () => void shutDown('SIGINT', 0));
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    void shutDown('unhandled rejection', 1);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    void shutDown('uncaught exception', 1);
  });

  try {
    const config = readConfig(processConfig);
    timeoutMs = config.SHUTDOWN_TIMEOUT_MS;
    log = createLog(name, config.LOG_LEVEL);
    await start({ log, onClose: (close) => closers.push(close) });
  } catch (error) {
    if (isAppError(error, 'BAD_CONFIG')) {
      process.stderr.write(`${name}: ${error.message}\n`);
      process.exit(78);
    }
    log.fatal({ err: error }, 'start failed');
    await shutDown('start failed', 1);
  }
}
