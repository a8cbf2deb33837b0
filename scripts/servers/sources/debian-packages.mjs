import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackages } from '../install-debian-packages.mjs';
import { acquirePrivateServer } from '../private-server.mjs';

/** Debian's packages run as private processes on free ports; installed first where that is needed and allowed. @type {import('../types.mjs').ServerSource} */
export const debianPackages = {
  name: 'Debian packages',
  async find(kinds, { dataRoot, note }) {
    const missing = kinds.filter((kind) => !existsSync(kind.privateServer.program));
    if (missing.length > 0 && canInstall()) {
      note(
        `Installing ${missing.map((kind) => kind.name).join(', ')} with apt-get; nothing of it is started as a service.`,
      );
      await installDebianPackages(missing.flatMap((kind) => kind.debianPackages));
    }
    const runnable = kinds.filter((kind) => existsSync(kind.privateServer.program));
    const attempts = await Promise.allSettled(
      runnable.map(
        async (kind) => /** @type {const} */ ([kind, await acquirePrivateServer(kind, join(dataRoot, 'servers'))]),
      ),
    );
    const started = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    const failed = attempts.find((attempt) => attempt.status === 'rejected');
    if (failed === undefined) return new Map(started);
    await Promise.all(started.map(([, found]) => found.release()));
    throw failed.reason;
  },
};

const canInstall = () => existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
