import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { root } from '../checkout/checkout.mjs';
import { run, succeeds } from '../processes/run.mjs';
import { attemptLimits } from '../stack/attempt-limits.mjs';
import { findDatabases, getDatabaseVariable } from '../stack/declarations.mjs';
import { createManifests, listSecretKeys, readDeployables } from './manifests.mjs';

let deployables;
let files;
beforeAll(async () => {
  deployables = await readDeployables();
  files = createManifests(deployables);
});

const list = (kind) =>
  Object.values(files)
    .flat()
    .filter((object) => object.kind === kind);
const getContainer = ({ spec }) => spec.template.spec.containers[0];
const getEnvironment = (name) => getContainer(files[`${name}.yaml`][0]).env;

describe('the Kubernetes manifests', () => {
  test('deploy every deployable, restricted and without rights', () => {
    expect(list('Deployment').map(({ metadata }) => metadata.name)).toEqual(deployables.map(({ name }) => name));
    for (const workload of [...list('Deployment'), ...list('Job')]) {
      const { spec } = workload.spec.template;
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(getContainer(workload)).toMatchObject({
        resources: { requests: { memory: expect.any(String) }, limits: { memory: expect.any(String) } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      });
    }
  });

  test('probe every deployment, on a port that it listens on', () => {
    for (const deployment of list('Deployment')) {
      const { name, env, ports, readinessProbe, livenessProbe } = getContainer(deployment);
      expect(readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'http' });
      expect(livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
      const port = env.find((one) => /^(HEALTH_)?PORT$/.test(one.name)).value;
      expect([name, ports[0]]).toEqual([name, { name: 'http', containerPort: Number(port) }]);
    }
  });

  test('give each process the variables that it declares, and no others', () => {
    const known = new Set(['SHUTDOWN_TIMEOUT_MS', 'NODE_ENV']);
    for (const { name, settings, kind } of deployables) {
      const declared = settings.map((setting) => setting.name).filter((one) => !known.has(one));
      const given = getEnvironment(name).map((variable) => variable.name);
      const own = given.filter((one) => kind !== 'gateway' || !one.startsWith('SUBGRAPH_URL_'));
      expect([name, own.sort()]).toEqual([name, declared.sort()]);
      expect(new Set(given).size).toBe(given.length);
    }
  });

  test('take secrets from the Secret alone, and list its keys', () => {
    const references = [...list('Deployment'), ...list('Job')].flatMap((workload) => getContainer(workload).env);
    const keys = references.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.key ?? []);
    const listed = listSecretKeys(deployables).map(({ key }) => key);
    expect([...new Set(keys)].sort()).toEqual([...listed].sort());
    const fromConfig = references.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.key ?? []);
    expect(fromConfig.filter((key) => /PASSWORD|SECRET|_KEY$|DATABASE_URL/.test(key))).toEqual([]);
    expect(listed).toEqual(expect.arrayContaining(['ADMIN_PASSWORD', 'INTERNAL_TOKEN_PRIVATE_KEY', 'SMTP_URL']));
  });

  test('migrate every database with its own user', () => {
    const names = getContainer(list('Job')[0]).env.map(({ name }) => name);
    expect(names).toEqual(findDatabases().map(getDatabaseVariable));
  });

  test('let clients reach the gateway, the gateway reach subgraphs, and nobody reach workers', () => {
    const policies = Object.fromEntries(list('NetworkPolicy').map((one) => [one.metadata.name, one.spec]));
    expect(policies['workers-from-nobody'].ingress).toEqual([]);
    expect(policies['subgraphs-from-gateway'].ingress[0].from).toEqual([
      { podSelector: { matchLabels: { app: 'gateway' } } },
    ]);
    expect(list('Service').map(({ metadata }) => metadata.name)).toEqual(
      deployables.filter(({ kind }) => kind !== 'worker').map(({ name }) => name),
    );
  });

  test('limit sign-ins as npm start does, per client address behind the trusted proxies', () => {
    const { literals } = files['kustomization.yaml'][0].configMapGenerator[0];
    expect(literals).toContain(`RATE_LIMITED_FIELDS=${attemptLimits}`);
    expect(literals.find((one) => one.startsWith('TRUSTED_PROXIES='))).toMatch(/=\d/);
    for (const name of ['RATE_LIMITED_FIELDS', 'TRUSTED_PROXIES']) {
      const { valueFrom } = getEnvironment('gateway').find((variable) => variable.name === name);
      expect(valueFrom).toEqual({ configMapKeyRef: { name: 'tributary', key: name } });
    }
  });

  test('give a worker a writable folder for each directory that it declares', () => {
    const { spec } = files['notifier.yaml'][0].spec.template;
    expect(spec.volumes).toEqual([{ name: 'mail-journal', emptyDir: {} }]);
    expect(getEnvironment('notifier')).toContainEqual({
      name: 'MAIL_JOURNAL_DIR',
      value: spec.containers[0].volumeMounts[0].mountPath,
    });
  });

  test('are accepted by kustomize, where kubectl is installed', async () => {
    if (!(await succeeds('kubectl', ['version', '--client']))) return;
    const built = await run('kubectl', ['kustomize', join(root, 'k8s/base')]);
    expect(built.match(/^kind: Deployment$/gm)).toHaveLength(deployables.length);
  });
});
