import type { LoadJob } from './job.ts';
import { openTarget } from './open-target.ts';
import { sendAtPace } from './paces.ts';

/** The process that makes the load: gets one job, answers with its samples, and ends with its parent. */
process.on('disconnect', () => process.exit());
process.on('message', async ({ target, pace }: LoadJob) => {
  const opened = await openTarget(target, pace.kind === 'concurrentUsers' ? pace.users : pace.connections);
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const samples = await sendAtPace(pace, opened.send);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  opened.close();
  process.send?.({ samples, seconds, cpuSeconds: (user + system) / 1e6 }, () => process.exit());
});
