import { expect, test } from '@jest/globals';
import { readConfig } from '@tributary/core';
import { isSwitchedOn, tracingConfig } from './config.ts';

const isOn = (env: Record<string, string>) => isSwitchedOn(readConfig(tracingConfig, env));
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test('tracing is on exactly where a collector is named and nothing standard switches it off', () => {
  expect(isOn({})).toBe(false);
  expect(isOn({ OTEL_TRACES_SAMPLER: 'always_on' })).toBe(false);
  expect(isOn(endpoint)).toBe(true);
  expect(isOn({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' })).toBe(true);
  expect(isOn({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBe(false);
  expect(isOn({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toBe(false);
});

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '5'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
])('%s=%s is refused by its name', (name, value) => {
  expect(() => isOn({ ...endpoint, [name]: value })).toThrow(name);
});
