import { subgraphCodegen } from '../../codegen.base.ts';

export default subgraphCodegen({
  contextType: '../context.ts#Context',
  mappers: {
    Employee: '../loaders.ts#EmployeeRow',
    Department: '../loaders.ts#NamedRow',
    Job: '../loaders.ts#NamedRow',
    EmployeeConnection: '../employee-search.ts#EmployeePage',
    RejectionConnection: '../rejections.ts#RejectionPage',
    FileUpload: '../load-access.ts#UploadStub',
  },
});
