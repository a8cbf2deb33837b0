import { createHash } from 'node:crypto';
import type { ApolloGateway } from '@apollo/gateway';
import { createLruMemo } from '@tributary/concurrency';
import { getVariableValues, print } from 'graphql';
import type { Caller } from '../../admission/caller.ts';
import { toGraphQLError } from '../../errors.ts';
import { listNames } from '../../graphql/ast.ts';
import type { AccessRules, Requirement } from '../access-rules.ts';
import { drainUploads } from '../subgraph/uploads.ts';
import { type Pruned, pruneOperation } from './prune.ts';
import { evaluateRequirements, type PolicyEvaluator } from './requirements.ts';
import { restoreRefusedFields } from './restore.ts';
import { resolveSelections, type Selections } from './selections.ts';

const operationsKept = 1_000;
const variantsKept = 16;

type Gateway = Pick<ApolloGateway, 'load' | 'onSchemaLoadOrUpdate' | 'stop'>;
type Executor = Awaited<ReturnType<ApolloGateway['load']>>['executor'];

interface Analysis {
  root: Selections;
  requirements: readonly Requirement[];
  /** The pruned operation for a set of refused requirements. */
  without(refused: ReadonlySet<number>): Variant;
}

type Variant = Pruned & { text: string; hash: string };

export type Authorization = ReturnType<typeof createAuthorization>;

/**
 * Enforces the access rules of a supergraph: fields that the caller may not have are not fetched, and are null with an
 * error in the response; the rest is answered. Each operation is analysed once, and pruned once per set of refused
 * requirements.
 */
export function createAuthorization({ rules, meetPolicies }: { rules: AccessRules; meetPolicies: PolicyEvaluator }) {
  const analysisOf = createLruMemo<Analysis>({ maxEntries: operationsKept });

  function guard(execute: Executor): Executor {
    return async (request) => {
      const { schema, document, operation, queryHash } = request;
      const key = `${queryHash} ${request.operationName ?? ''}`;
      const analysis = analysisOf(key, () => analyse({ schema, rules, document, operation }));
      const refusals = await evaluateRequirements(
        analysis.requirements,
        { viewer: request.context.viewer },
        meetPolicies,
      );
      if (refusals.size === 0) return execute(request);

      const variant = analysis.without(new Set(refusals.keys()));
      const variables = request.request.variables ?? {};
      const { coerced, errors: wrong } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
      if (!coerced) return { errors: wrong ?? [] };
      const answer = await run(variant);
      if (!answer.data) return answer;
      const { data } = answer;
      const { root } = analysis;
      const completed = restoreRefusedFields({ schema, root, pruned: variant, refusals, variables: coerced, data });
      return { ...answer, data: completed.data, errors: [...(answer.errors ?? []), ...completed.errors] };

      // The pruned operation gets its own hash, because plans are cached by hash and operation name.
      async function run({ document: left, text, hash, dropped }: Variant) {
        if (!left) return { data: {} };
        drainUploads(Object.fromEntries(dropped.map((name) => [name, variables[name]])));
        return execute({
          ...request,
          document: left,
          source: text,
          queryHash: hash,
          request: { ...request.request, query: text },
        });
      }
    };
  }

  return {
    /** The gateway with the access rules in front of it. */
    wrap: (gateway: Gateway): Gateway => ({
      onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
      async load(options) {
        const loaded = await gateway.load(options);
        return { ...loaded, executor: guard(loaded.executor) };
      },
      stop: () => gateway.stop(),
    }),

    /** Checks a caller against the requirements of an operation's root fields; throws the refusal with its code. */
    admission(operation: Pick<Parameters<typeof resolveSelections>[0], 'schema' | 'document' | 'operation'>) {
      const { root, requirements } = resolveSelections({ rules, ...operation });
      const needs = new Set(rootNeeds(root));
      const asked = requirements.filter((_, place) => needs.has(place));
      return async (caller: Caller): Promise<void> => {
        const [refusal] = (await evaluateRequirements(asked, caller, meetPolicies)).values();
        if (refusal) throw toGraphQLError(refusal);
      };
    },
  };
}

function analyse(options: Parameters<typeof resolveSelections>[0]): Analysis {
  const { root, requirements } = resolveSelections(options);
  const variantOf = createLruMemo<Variant>({ maxEntries: variantsKept });
  return {
    root,
    requirements,
    without: (refused) =>
      variantOf([...refused].join(' '), () => {
        const pruned = pruneOperation({
          operation: options.operation,
          root,
          refused,
          taken: listNames(options.document),
        });
        const text = pruned.document ? print(pruned.document) : '';
        return { ...pruned, text, hash: createHash('sha256').update(text).digest('hex') };
      }),
  };
}

function rootNeeds({ items }: Selections): number[] {
  return items.flatMap((item) => ('needs' in item ? item.needs : rootNeeds(item.below)));
}
