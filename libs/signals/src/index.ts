export { connectSignals, type Signals } from './connect-signals.ts';
