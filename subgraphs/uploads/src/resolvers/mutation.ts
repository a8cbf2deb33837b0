import { requirePermission } from '@tributary/graphql';
import { cancelUpload } from '../cancel-upload.ts';
import { deleteUpload } from '../delete-upload.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { incomingFile } from '../incoming-file.ts';
import { uploadFile } from '../upload-file.ts';

export const Mutation: MutationResolvers = {
  uploadFile: async (_parent, { file: argument, kind, idempotencyKey }, context) => {
    const owner = requirePermission(context.viewer, 'UPLOAD');
    return context.measureIntake(async (counted) => {
      const file = counted(await incomingFile(argument, context.maxUploadBytes));
      return uploadFile({ owner, file, kind, idempotencyKey: idempotencyKey ?? null }, context);
    });
  },
  cancelUpload: (_parent, { id }, context) => cancelUpload(id, context),
  deleteUpload: (_parent, { id }, context) => deleteUpload(id, context),
};
