import { BigInt as BigIntScalar, DateTime } from '@tributary/graphql';
import { GraphQLUpload } from 'graphql-upload-minimal';
import type { Resolvers } from '../generated/graphql.ts';
import { AuditEntry } from './audit-entry.ts';
import { FileUpload } from './file-upload.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { UploadEvent } from './upload-event.ts';
import { User } from './user.ts';

export const resolvers: Resolvers = {
  ...{ BigInt: BigIntScalar, DateTime, Upload: GraphQLUpload },
  ...{ AuditEntry, FileUpload, Mutation, Query, UploadEvent, User },
};
