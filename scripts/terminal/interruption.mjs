/**
 * A signal that aborts at the first Ctrl-C or SIGTERM, so that what was started can be ended in order. A second one more than a
 * second later ends this process at once; sooner it is npm handing on the same Ctrl-C.
 *
 * @returns {AbortSignal}
 */
export function interruption() {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (firstAt === 0) firstAt = Date.now();
    else if (Date.now() - firstAt > 1_000) process.exit(130);
    controller.abort(new Error('Interrupted.'));
  };
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, onSignal);
  return controller.signal;
}
