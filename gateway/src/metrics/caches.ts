import type { ApolloServerPlugin } from '@apollo/server';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import { addGauge, Counter, type Registry } from '@tributary/metrics';

/** The size that @apollo/gateway would use for its own cache. */
const plansBytes = 30 * 2 ** 20;

export interface PlanCache<Plan> {
  peek(key: string): Promise<Plan | undefined>;
  used(): void;
}

/** Measures how often a plan or a checked document was cached, and the number of cached plans. */
export function measureCaches(registry: Registry) {
  const registers = [registry];
  const about = { labelNames: ['result'] as const, registers };
  const plans = new Counter({
    name: 'tributary_gateway_plan_cache_total',
    help: 'Look-ups of query plans, by whether the plan was there.',
    ...about,
  });
  const documents = new Counter({
    name: 'tributary_gateway_document_cache_total',
    help: 'Look-ups of parsed and validated documents, by whether it was there.',
    ...about,
  });
  let countPlans = () => 0;
  addGauge(registry, { name: 'tributary_gateway_plans', help: 'Query plans that are kept.' }, () => [
    { value: countPlans() },
  ]);

  /** A cache of plans for @apollo/gateway that reports its size. A plan found by `peek` counts once it is `used`. */
  function planCache<Plan extends object>() {
    const cache = new InMemoryLRUCache<Plan>({
      maxSize: plansBytes,
      sizeCalculation: InMemoryLRUCache.sizeCalculation,
    });
    return {
      async get(key: string) {
        const plan = await cache.get(key);
        plans.inc({ result: plan ? 'hit' : 'miss' });
        return plan;
      },
      set: (key: string, plan: Plan) => cache.set(key, plan),
      delete: (key: string) => cache.delete(key),
      clear: () => cache.clear(),
      peek: (key: string) => cache.get(key),
      used: () => plans.inc({ result: 'hit' }),
      count: () => cache.keys().length,
    };
  }

  /** Apollo Server parses only documents it does not know. */
  const documentsOf: ApolloServerPlugin = {
    async requestDidStart() {
      let result = 'hit';
      return {
        async parsingDidStart() {
          result = 'miss';
        },
        async didResolveOperation() {
          documents.inc({ result });
        },
      };
    },
  };

  /** Replaces the counter behind the gauge. */
  function setPlanCounter(count: () => number) {
    countPlans = count;
  }

  return { planCache, documents: documentsOf, setPlanCounter };
}
