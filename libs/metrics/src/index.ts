export { Counter, Gauge, Histogram, Registry } from 'prom-client';
export { addGauge, createCachedProbe, measureOutbox, measurePool, measureReadiness } from './gauges.ts';
export { mergeMetrics } from './merge-metrics.ts';
export { codeLabel, createMetrics, metricsConfig, secondsBuckets, workBuckets } from './metrics.ts';
export { serveMetrics } from './metrics-server.ts';
