import { subgraphCodegen } from '../../codegen.base.ts';

export default subgraphCodegen({
  contextType: '../context.ts#Context',
  mappers: {
    FileUpload: '@tributary/uploads-db#Upload as UploadRow',
    UploadEvent: '@tributary/uploads-db#UploadEvent as UploadEventRow',
    FileUploadConnection: '../list-uploads.ts#UploadPage',
    AuditEntry: '@tributary/uploads-db#AuditEntry as AuditEntryRow',
    AuditEntryConnection: '../list-audit-entries.ts#AuditPage',
    User: '../uploader.ts#UploaderStub',
  },
});
