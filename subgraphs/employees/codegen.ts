import { subgraphCodegen } from '../../codegen.base.ts';

export default subgraphCodegen({
  contextType: '../context.ts#Context',
  mappers: {
    Employee: '../employee-row.ts#EmployeeRow',
    Department: '../named-row-loader.ts#NamedRow',
    Job: '../named-row-loader.ts#NamedRow',
    EmployeeConnection: '../find-employees.ts#EmployeePage',
    RejectionConnection: '../rejections.ts#RejectionPage',
    FileUpload: '../load-access.ts#UploadStub',
  },
});
