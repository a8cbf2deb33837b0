import type { UploadEventResolvers } from '../generated/graphql.ts';

export const UploadEvent: UploadEventResolvers = {
  upload: ({ uploadId }, _arguments, { uploads }) => uploads.require(uploadId),
};
