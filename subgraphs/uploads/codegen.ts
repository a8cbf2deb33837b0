import { subgraphCodegen } from '../../codegen.base.ts';

export default subgraphCodegen({
  generatedEnums: ['UploadKind'],
  contextType: '../context.ts#Context',
  mappers: {
    FileUpload: '@tributary/uploads-db#Upload as UploadRow',
    UploadEvent: '@tributary/uploads-db#UploadEvent as UploadEventRow',
    FileUploadConnection: '../upload-lists.ts#UploadPage',
    AuditEntry: '@tributary/uploads-db#AuditEntry as AuditEntryRow',
    AuditEntryConnection: '../upload-lists.ts#AuditPage',
    User: '../upload-access.ts#UploaderStub',
  },
});
