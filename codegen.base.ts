import type { CodegenConfig } from '@graphql-codegen/cli';

/**
 * The codegen settings of every subgraph: resolver types from its schema.graphql, federation's included. `contextType` and
 * `mappers` are `<file>#<type>`, relative to src/generated.
 */
export function subgraphCodegen({
  generatedEnums = [],
  ...subgraph
}: {
  contextType: string;
  mappers: Record<string, string>;
  generatedEnums?: readonly string[];
}): CodegenConfig {
  return {
    // Generated enums are not known when this runs for the first time after a kind was added: their values are strings here.
    schema: ['schema.graphql', ...generatedEnums.map((name) => `scalar ${name}`)],
    emitLegacyCommonJSImports: false,
    importExtension: '.ts',
    generates: {
      'src/generated/graphql.ts': {
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          ...subgraph,
          federation: true,
          useTypeImports: true,
          enumsAsTypes: true,
          strictScalars: true,
          scalars: {
            DateTime: { input: 'Date', output: 'Date' },
            BigInt: { input: 'bigint', output: 'bigint | number' },
            _FieldSet: 'string',
            ...Object.fromEntries(generatedEnums.map((name) => [name, 'string'])),
            JSON: 'unknown',
            Upload: { input: 'Promise<unknown>', output: 'never' },
            federation__FieldSet: 'string',
            federation__Scope: 'string',
            federation__Policy: 'string',
            federation__ContextFieldValue: 'string',
            link__Import: 'unknown',
          },
        },
      },
    },
  };
}
