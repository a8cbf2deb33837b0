import { Prisma } from './generated/client.ts';

/** True for the error of a unique key that another row has already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
