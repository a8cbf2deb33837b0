import { inSpan, isRecorded } from '@tributary/tracing';
import type { Pool } from 'mariadb';
import { describeStatement } from './statement-description.ts';

const asking = new Set<unknown>(['query', 'execute', 'batch']);
const endings = new Map<unknown, string>([
  ['beginTransaction', 'BEGIN'],
  ['commit', 'COMMIT'],
  ['rollback', 'ROLLBACK'],
]);

/**
 * The same pool, but each statement, on its connections too, is a span if it is part of a trace. Values are left out.
 */
export function withSpans(pool: Pool): Pool {
  return traced(pool);
}

function traced<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key);
      if (typeof value !== 'function') return value;
      if (key === 'getConnection') return async () => traced(await value.call(object));
      const ending = endings.get(key);
      if (ending === undefined && !asking.has(key)) return value.bind(object);
      return (statement: unknown, values: unknown) =>
        inStatement(ending ?? toSql(statement), () => value.call(object, statement, values));
    },
  });
}

function inStatement(sql: string, run: () => Promise<unknown>): Promise<unknown> {
  if (!isRecorded()) return run();
  const { operation, table, text } = describeStatement(sql);
  const attributes = {
    'db.system.name': 'mysql',
    'db.operation.name': operation,
    'db.query.text': text,
    ...(table === null ? {} : { 'db.collection.name': table }),
  };
  return inSpan(`SQL ${operation}${table === null ? '' : ` ${table}`}`, { kind: 'client', attributes }, run);
}

const toSql = (statement: unknown) =>
  String(typeof statement === 'object' && statement !== null ? Reflect.get(statement, 'sql') : statement);
