import { subgraphCodegen } from '../../codegen.base.ts';

export default subgraphCodegen({
  contextType: '../context.ts#Context',
  mappers: {
    FileUpload: '@tributary/uploads-db#Upload as UploadRow',
    UploadEvent: '@tributary/uploads-db#UploadEvent as UploadEventRow',
    FileUploadConnection: '../list-uploads.ts#UploadPage',
    User: '../uploader.ts#UploaderStub',
  },
});
