import { type Document, ObjectId } from 'bson';

/** One collection in memory: what GridFS needs of MongoDB's queries, and unique indexes. */
export function createCollection() {
  let documents: Document[] = [];
  const uniqueFields = new Set(['_id']);
  return {
    /** Names the unique index that refuses the document, or null once it is in. */
    insert(document: Document): string | null {
      for (const field of uniqueFields) {
        const value = plain(document[field]);
        if (documents.some((other) => plain(other[field]) === value)) return field;
      }
      documents.push(document);
      return null;
    },
    index(fields: string[], isUnique: boolean) {
      const [field] = fields;
      if (isUnique && fields.length === 1 && field !== undefined) uniqueFields.add(field);
    },
    find(filter: Document, { sort = {}, skip = 0, limit = 0 }: { sort?: Document; skip?: number; limit?: number }) {
      const found = documents.filter((document) => matches(document, filter)).sort(bySort(sort));
      return found.slice(skip, limit > 0 ? skip + limit : undefined);
    },
    delete(filter: Document, limit: number): number {
      const doomed = documents.filter((document) => matches(document, filter)).slice(0, limit || undefined);
      documents = documents.filter((document) => !doomed.includes(document));
      return doomed.length;
    },
  };
}

export type Collection = ReturnType<typeof createCollection>;

/** Values that compare with < and ===, as MongoDB orders values of one type. */
function plain(value: unknown): string | number {
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value : String(value);
}

const operators: Record<string, (value: string | number, operand: string | number) => boolean> = {
  $eq: (value, operand) => value === operand,
  $gt: (value, operand) => value > operand,
  $gte: (value, operand) => value >= operand,
  $lt: (value, operand) => value < operand,
  $lte: (value, operand) => value <= operand,
};

function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, condition]) => {
    const isOperators =
      typeof condition === 'object' && condition !== null && Object.keys(condition)[0]?.startsWith('$');
    return Object.entries<unknown>(isOperators ? condition : { $eq: condition }).every(([name, operand]) => {
      const holds = operators[name];
      if (!holds) throw new Error(`The MongoDB fixture does not know ${name}`);
      return holds(plain(document[field]), plain(operand));
    });
  });
}

const bySort = (sort: Document) => (a: Document, b: Document) => {
  for (const [field, direction] of Object.entries(sort)) {
    const [left, right] = [plain(a[field]), plain(b[field])];
    if (left !== right) return left < right ? -direction : direction;
  }
  return 0;
};
