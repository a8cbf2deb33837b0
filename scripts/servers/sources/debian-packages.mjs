import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackages } from '../install-debian-packages.mjs';
import { acquirePrivateServer } from '../private-server.mjs';

/**
 * Debian packages that run as private processes on free ports; missing ones are installed if apt and root are
 * available. @type {import('../types.mjs').ServerSource}
 */
export const debianPackages = {
  name: 'Debian packages',
  async find(kinds, { dataRoot, note }) {
    const missing = kinds.filter((kind) => !existsSync(kind.privateServer.program));
    if (missing.length > 0 && canInstall()) {
      note(`Installing ${missing.map((kind) => kind.name).join(', ')} with apt-get; no service is started.`);
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
