export { watchReadiness } from './readiness.ts';
