import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/run.mjs';
import { root } from './checkout.mjs';

/**
 * Makes node_modules hold what package-lock.json names, and leaves that file alone; true if there was something to install.
 * Not `npm ci`: it refuses a lock file that lacks the binaries of another platform, which npm leaves out where the
 * registry at hand does not have them.
 */
export async function installPackages(folder = root) {
  if (arePackagesInstalled(folder)) return false;
  await run('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { cwd: folder });
  return true;
}

/**
 * Compares the lock file with the one npm leaves inside node_modules, package by package, since no time stamp survives a
 * clone. Optional packages are for other platforms and may be missing.
 */
function arePackagesInstalled(folder = root) {
  const installedFile = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const installed = readPackages(installedFile);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (path in installed ? installed[path]?.version === version : optional),
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}
