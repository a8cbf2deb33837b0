import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/run.mjs';
import { root } from './checkout.mjs';

/**
 * Installs the packages of package-lock.json without changing that file; returns whether anything was installed. `npm
 * ci` refuses a lock file without the binaries of other platforms, which some registries do not have.
 */
export async function installPackages(folder = root) {
  if (arePackagesInstalled(folder)) return false;
  await run('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { cwd: folder });
  return true;
}

/**
 * Compares each package of the lock file with the lock file inside node_modules, since a clone does not keep
 * timestamps. Optional packages belong to other platforms and may be missing.
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
