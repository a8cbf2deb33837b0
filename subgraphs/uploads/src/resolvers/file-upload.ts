import { downloadUrl } from '../download-url.ts';
import type { FileUploadResolvers } from '../generated/graphql.ts';
import { logPart } from '../log-part.ts';

export const FileUpload: FileUploadResolvers = {
  __resolveReference: ({ id }, { uploads }) => uploads.require(id),
  uploadedBy: ({ ownerId }) => ({ id: ownerId }),
  downloadUrl: ({ id }, _arguments, { downloads, clock }) => downloadUrl(id, downloads, clock),
  events: ({ id }, page, { events }) => events.load({ uploadId: id, ...logPart(page) }),
};
