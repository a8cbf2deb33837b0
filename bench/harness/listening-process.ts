import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** The id of the process on this machine that listens on a TCP port, or null where none does or its owner hides it. */
export function findListeningProcess(port: number): number | null {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => socketsListeningOn(port, read(file)));
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (readLinks(`/proc/${pid}/fd`).some((link) => sockets.has(link))) return Number(pid);
  }
  return null;
}

function socketsListeningOn(port: number, table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const isIt = state === LISTEN && Number.parseInt(local?.split(':')[1] ?? '', 16) === port;
    return isIt && inode !== undefined ? [inode] : [];
  });
}

function readLinks(folder: string): string[] {
  return orEmpty(() => readdirSync(folder)).flatMap((name) => orEmpty(() => [readlinkSync(`${folder}/${name}`)]));
}

const read = (file: string) => orEmpty(() => [readFileSync(file, 'utf8')]).join('');

/** A process ends, a file of it is closed, another user's shows nothing: that is no failure. */
function orEmpty(look: () => string[]): string[] {
  try {
    return look();
  } catch {
    return [];
  }
}
