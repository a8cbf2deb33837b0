import { subgraphCodegen } from '../../codegen.base.ts';

export default subgraphCodegen({
  generatedEnums: ['Permission'],
  contextType: '../context.ts#Context',
  mappers: {
    User: '../accounts.ts#UserRow',
    AuthPayload: '../sessions/tokens.ts#Session',
    UserConnection: '../resolvers.ts#UserPage',
  },
});
