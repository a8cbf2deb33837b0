export { watchReadiness } from './watch-readiness.ts';
