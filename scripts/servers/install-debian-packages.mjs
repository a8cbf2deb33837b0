import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { run, succeeds } from '../processes/run.mjs';

const policyFile = '/usr/sbin/policy-rc.d';
const keptFile = `${policyFile}.before-tributary`;

/**
 * Installs packages without starting their services, now or at the next boot. Debian calls policy-rc.d before it starts
 * a service: a temporary one refuses, and the original is restored in any case.
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
  // A copy that a killed run left is the original.
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
