import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../checkout/checkout.mjs';
import { instanceEnvironment } from './environment.mjs';

test('Kubernetes passes the same paths through the gateway as npm start does, the page of the reset link too', () => {
  const options = { instance: 'any', dataDir: '/any', smtpUrl: 'smtp://any', ports: {}, deployables: [], outside: {} };
  const servers = { MARIADB_URL: 'mysql://any', RABBITMQ_URL: 'amqp://any' };
  const secrets = /** @type {import('./secrets.mjs').Secrets} */ ({});
  const { PASS_THROUGH } = instanceEnvironment({ ...options, servers, secrets });
  expect(PASS_THROUGH?.split(',')).toContain('/account=users');
  const gateway = readFileSync(join(root, 'k8s/base/gateway.yaml'), 'utf8');
  expect(/name: PASS_THROUGH,\s+value: "([^"]+)"/.exec(gateway)?.[1]).toBe(PASS_THROUGH);
});
