import { type BodyOf, type emailReopened, uploadFinished } from '@tributary/events';
import { readReopenedMail } from '@tributary/notifications-db';
import type { HandlingContext } from '@tributary/worker';
import { type NotifierDependencies, notifyUploader } from './notify-uploader.ts';

/** Sends a mail that an operator reopened, as its first message asked for it; does nothing once it is settled again. */
export async function resendMail(
  { subjectId }: BodyOf<typeof emailReopened>,
  dependencies: NotifierDependencies & HandlingContext,
): Promise<void> {
  const request = await readReopenedMail(dependencies.db, subjectId);
  if (request === null) {
    dependencies.log.info({ subjectId }, 'mail already settled');
    return;
  }
  await notifyUploader(uploadFinished.body.parse(request.body), dependencies);
}
