import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { run, succeeds } from '../processes/run.mjs';

const policyFile = '/usr/sbin/policy-rc.d';
const keptFile = `${policyFile}.before-tributary`;

/**
 * Installs packages without their services being started, now or at the next boot. Debian asks policy-rc.d before it
 * starts anything: ours says no, and the one that was there comes back whatever happens.
 *
 * @param {string[]} packages
 */
export async function installDebianPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await withoutStartingServices(async () => {
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env });
  });
  if (existsSync('/run/systemd/system')) {
    for (const name of packages) await succeeds('systemctl', ['disable', name.replace('mariadb-server', 'mariadb')]);
  }
}

/** @param {() => Promise<void>} work */
async function withoutStartingServices(work) {
  // A copy from a run that was killed is the true one.
  if (existsSync(policyFile) && !existsSync(keptFile)) renameSync(policyFile, keptFile);
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n');
  chmodSync(policyFile, 0o755);
  try {
    await work();
  } finally {
    if (existsSync(keptFile)) renameSync(keptFile, policyFile);
    else rmSync(policyFile, { force: true });
  }
}
