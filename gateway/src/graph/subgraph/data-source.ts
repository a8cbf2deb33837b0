import type { GraphQLDataSource } from '@apollo/gateway';
import { isAppError } from '@tributary/core';
import { GraphQLError, parse } from 'graphql';
import { toGraphQLError } from '../../errors.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import type { CallOutcome } from '../../metrics/subgraphs.ts';
import type { OperationContext } from '../operation-context.ts';
import { inSubgraphSpan, type Subgraph, subgraphHeaders } from './client.ts';
import { sendJson } from './json.ts';
import { sendMultipart } from './multipart.ts';
import { timedOut } from './request.ts';
import { locateError, readAnswer } from './response.ts';
import { findUploads } from './uploads.ts';

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>;

export interface DataSource extends GraphQLDataSource<OperationContext> {
  /** Rejects with a GraphQLError if there is no response. */
  ask(
    body: { query: string; variables?: object; operationName?: string | undefined },
    context: OperationContext,
  ): Promise<Answer>;
}

/** Connects @apollo/gateway to a subgraph: with internal tokens and streamed files. */
export function createDataSource(subgraph: Subgraph, { subgraphs, operations }: GatewayMetrics): DataSource {
  const ask: DataSource['ask'] = async ({ variables = {}, ...named }, context) => {
    const body = { ...named, variables: { ...variables } };
    const { answered = Promise.resolve(), files, signal } = context;
    const end = subgraphs.call(subgraph.name);
    const send = async () => {
      const to = { headers: subgraphHeaders(subgraph, context), signal };
      const hasFiles = files && findUploads(variables).length > 0;
      const response = await (hasFiles
        ? sendMultipart(subgraph, body, { ...to, files })
        : sendJson(subgraph, body, to));
      const { name, responses } = subgraph;
      return readAnswer(name, response, () => responses.read(name, response, answered));
    };
    try {
      // Errors are plain objects on the wire; @apollo/gateway makes GraphQLErrors of them, though its types expect them
      // already.
      const answer = await inSubgraphSpan(subgraph, send);
      end(answer.errors?.length ? 'errors' : 'ok');
      return answer as Answer;
    } catch (error) {
      const outcome = outcomeOf(error, signal);
      end(outcome);
      if (outcome === 'timeout') operations.refused(timeoutName(named.query));
      const reason = signal.aborted && isAppError(signal.reason) ? signal.reason : error;
      throw isAppError(reason) ? toGraphQLError(reason) : reason;
    }
  };

  return {
    ask,
    async process(options) {
      if (options.kind !== 'incoming operation') return {};
      const { context, request } = options;
      const { query = '', variables = {}, operationName } = request;
      try {
        return await (context.received ?? ask({ query, variables, operationName }, context));
      } catch (error) {
        if (!(error instanceof GraphQLError && isAppError(error.originalError))) throw error;
        const [document, given] = [options.document ?? parse(query), { ...variables }];
        // Plain objects, like a subgraph's own errors: @apollo/gateway puts each at its path in the response.
        return { errors: locateError(error, { document, operationName, variables: given }) } as Answer;
      }
    },
  };
}

const timeoutName = (query: string) =>
  query.startsWith('mutation') ? 'SUBGRAPH_MUTATION_TIMEOUT_MS' : 'SUBGRAPH_TIMEOUT_MS';

/** An error that the client's own files caused. */
function outcomeOf(error: unknown, signal: AbortSignal): CallOutcome {
  if (signal.aborted) return 'aborted';
  if (!isAppError(error, 'UNAVAILABLE')) return 'refused';
  return error.cause === timedOut ? 'timeout' : 'unavailable';
}
