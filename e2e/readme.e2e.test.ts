import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { installDebianPackages } from '../scripts/servers/install-debian-packages.mjs';
import { openClient } from './client.ts';
import { anInstanceName, root, runCommand } from './run-command.ts';

const env = { ...process.env, TRIBUTARY_INSTANCE: anInstanceName('readme') };
const run = promisify(execFile);

afterAll(() => runCommand(['run', 'reset', '--', '--yes'], env), 60_000);

/** The README's code blocks of a language, in order. */
async function pastes(language: string): Promise<string[]> {
  const readme = await readFile(`${root}/README.md`, 'utf8');
  const tryIt = readme.slice(readme.indexOf('## Try it'), readme.indexOf('## Where things are'));
  return [...tryIt.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);
}

/** The README uses curl, which a new machine may lack. */
async function ensureCurl() {
  const isThere = await run('curl', ['--version']).then(
    () => true,
    () => false,
  );
  if (!isThere) await installDebianPackages(['curl']);
}

describe('the README', () => {
  test('its commands and operations work, from the shell and in Sandbox', async () => {
    await ensureCurl();
    const start = spawn('npm', ['start', '--', '--no-sample'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const lines: string[] = [];
    for await (const line of createInterface({ input: start.stdout })) {
      lines.push(line);
      if (line.includes('Tributary is ready')) break;
    }
    try {
      const gatewayUrl = /http:\/\/localhost:\d+/.exec(lines.find((line) => line.includes('Graph')) ?? '')?.[0] ?? '';
      const script = (await pastes('bash')).join('\n').replaceAll('http://localhost:4000', gatewayUrl);
      const { stdout } = await run(
        'bash',
        ['-euo', 'pipefail', '-c', `${script}\necho "TOKEN=$TOKEN UPLOAD=$UPLOAD"`],
        { cwd: root },
      );
      expect(stdout).toContain('"permissions":["QUERY","UPLOAD"]');
      expect(stdout).toMatch(/cursor: \d+, status: 'COMPLETED', percent: 100/);
      expect(stdout).toContain('"departmentsAboveMean":[');

      const [, token = '', id = ''] = /TOKEN=(\S+) UPLOAD=(\S+)/.exec(stdout) ?? [];
      const client = openClient(gatewayUrl);
      const [subscription = '', query = ''] = await pastes('graphql');
      const { me } = await client.data(query, {}, token);
      expect(me.uploads.nodes).toMatchObject([{ filename: 'departments.csv', status: 'COMPLETED' }]);
      const statuses: unknown[] = [];
      const subscriptions = client.subscriptions(token);
      for await (const { data } of subscriptions.iterate<{ uploadStatus: { status: string } }>({
        query: subscription,
        variables: { id },
      })) {
        statuses.push(data?.uploadStatus.status);
      }
      await subscriptions.dispose();
      expect(statuses.at(-1)).toBe('COMPLETED');
    } finally {
      // Like Ctrl-C in a terminal: the signal reaches npm and its processes.
      const ended = once(start, 'exit');
      if (start.pid) process.kill(-start.pid, 'SIGINT');
      await ended;
    }
  }, 180_000);
});
