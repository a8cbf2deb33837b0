import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@tributary/core';
import { z } from 'zod';

/** A mail that the SMTP server took, and when. */
export interface TakenMail {
  readonly subjectId: string;
  readonly at: Date;
}

/** The mails that the server took and that the database does not know of yet. */
export interface MailJournal {
  /** What processes that are dead left behind. */
  readonly leftOver: readonly TakenMail[];
  /** Written before it returns, so that a kill of the process right after the server's reply loses nothing. Never throws. */
  add(mail: TakenMail): void;
  /** The database has it. */
  remove(subjectId: string): void;
  close(): void;
}

const entry = z.object({ subjectId: z.string(), at: z.coerce.date() });
const suffix = '.journal';

/**
 * Opens the journal of this process in a directory that others may share, each with a file named after its process id. Takes over
 * the files of dead processes. Not synced to disk: it outlives the process, not the machine. Without a directory nothing is kept.
 */
export function openMailJournal(directory: string | undefined, log: Pick<Log, 'warn'>): MailJournal {
  const kept = new Map<string, TakenMail>();
  const leftOver = new Map<string, TakenMail>();
  let file: number | null = null;
  const logFailure = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.warn({ err: error, directory }, 'mail journal failed');
    }
  };

  if (directory !== undefined) {
    logFailure(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const own = join(directory, `${process.pid}${suffix}`);
      for (const name of readdirSync(directory)) {
        if (!name.endsWith(suffix)) continue;
        const pid = Number(name.slice(0, -suffix.length));
        if (pid !== process.pid && isAlive(pid)) continue;
        for (const mail of readEntries(join(directory, name))) leftOver.set(mail.subjectId, mail);
        // Written to this process's own file first: a kill in between loses nothing.
        if (pid !== process.pid) {
          file ??= openSync(own, 'a', 0o600);
          for (const mail of leftOver.values()) append(file, mail);
          rmSync(join(directory, name), { force: true });
        }
      }
      file ??= openSync(own, 'a', 0o600);
    });
    for (const mail of leftOver.values()) kept.set(mail.subjectId, mail);
  }

  return {
    leftOver: [...leftOver.values()],
    add(mail) {
      const target = file;
      if (target === null) return;
      kept.set(mail.subjectId, mail);
      logFailure(() => append(target, mail));
    },
    remove(subjectId) {
      const target = file;
      if (!kept.delete(subjectId) || kept.size > 0 || target === null) return;
      logFailure(() => ftruncateSync(target));
    },
    close() {
      const target = file;
      file = null;
      if (target !== null) logFailure(() => closeSync(target));
    },
  };
}

const append = (file: number, { subjectId, at }: TakenMail) =>
  void writeSync(file, `${JSON.stringify({ subjectId, at: at.toISOString() })}\n`);

/** The whole lines; a kill may have cut the last one. */
function readEntries(path: string): TakenMail[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [entry.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return Reflect.get(Object(error), 'code') === 'EPERM';
  }
}
