import type { FileUploadResolvers } from '../generated/graphql.ts';
import { rejectedRowsUrl } from '../rejected-rows-url.ts';

export const FileUpload: FileUploadResolvers = {
  __resolveReference: async ({ id }, { loads }) => {
    await loads.require(id);
    return { id };
  },
  rejections: async ({ id }, page, { loads, rejections }) => {
    await loads.require(id);
    return rejections(id, page);
  },
  rejectedRowsUrl: ({ id }, _, context) => rejectedRowsUrl(id, context),
};
