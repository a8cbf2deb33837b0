import { subgraphCodegen } from '../../codegen.base.ts';

export default subgraphCodegen({
  contextType: '../context.ts#Context',
  mappers: {
    User: '../user.ts#UserRow',
    AuthPayload: '../issue-session.ts#Session',
    UserConnection: '../resolvers/query.ts#UserPage',
  },
});
