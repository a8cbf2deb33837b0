import { join } from 'node:path';
import { instanceName, root } from '../../checkout/checkout.mjs';
import { run, succeeds } from '../../processes/run.mjs';

/** The services of compose.yaml on ports that Docker chooses, if an engine is running. @type {import('../types.mjs').ServerSource} */
export const dockerCompose = {
  name: 'Docker Compose',
  async find(kinds, { env }) {
    const found = new Map();
    if (env.TRIBUTARY_SERVERS === 'private' || !(await engineRuns())) return found;
    const services = kinds.map((kind) => kind.compose.service);
    const before = (await compose('ps', '--services', '--status', 'running')).split('\n');
    await compose('up', '--detach', '--wait', ...services);
    for (const kind of kinds) {
      const { service } = kind.compose;
      const environment = await kind.compose.toEnvironment(async (port) =>
        (await compose('port', service, String(port))).trim(),
      );
      await kind.login(environment[kind.variable] ?? '', environment);
      found.set(kind, {
        how: 'by Docker Compose',
        environment,
        release: async () => {
          if (!before.includes(service)) await compose('stop', service);
        },
      });
    }
    return found;
  },
};

const engineRuns = async () =>
  (await succeeds('docker', ['info'])) && (await succeeds('docker', ['compose', 'version']));

/** One project per checkout, for all of its instances. @param {string[]} args */
const compose = (...args) =>
  run('docker', ['compose', '--project-name', instanceName({}), '--file', join(root, 'compose.yaml'), ...args]);
