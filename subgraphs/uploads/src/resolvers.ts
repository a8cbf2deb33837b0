import { checkAll } from '@tributary/core';
import {
  BigInt as BigIntScalar,
  DateTime,
  JSON as JsonScalar,
  requirePermission,
  requireViewer,
} from '@tributary/graphql';
import { getKind, listKinds, parseOptions } from '@tributary/kinds';
import { toCounts, toOptions, toTitledCounts, toWorkResult } from '@tributary/uploads-db';
import { GraphQLUpload } from 'graphql-upload-minimal';
import { createDownloadUrl } from './downloads.ts';
import { listOwnerEvents, toEventRange } from './events.ts';
import type {
  AuditEntryResolvers,
  FileUploadResolvers,
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  UploadEventResolvers,
  UserResolvers,
} from './generated/graphql.ts';
import { receiveFile } from './incoming-file.ts';
import { uploadFile } from './intake.ts';
import { assertFileFits } from './kind-checks.ts';
import { toKindInfo } from './kind-info.ts';
import { requireSelfOrAdmin } from './upload-access.ts';
import { cancelUpload, deleteUpload } from './upload-changes.ts';
import { listAuditEntries, listUploads } from './upload-lists.ts';

const Query: QueryResolvers = {
  uploadKinds: (_parent, _arguments, { viewer, maxUploadBytes, downloads }) => {
    requireViewer(viewer);
    return listKinds().map((kind) => toKindInfo(kind, { maxUploadBytes, publicUrl: downloads.publicUrl }));
  },
  auditEntries: (_parent, page, { db, viewer }) => {
    requirePermission(viewer, 'ADMIN');
    return listAuditEntries(db, page);
  },
  fileUpload: (_parent, { id }, { uploads }) => uploads.require(id),
  fileUploads: (_parent, { status, ...page }, { db, viewer }) => {
    const { id, permissions } = requireViewer(viewer);
    return listUploads(db, { ownerId: permissions.includes('ADMIN') ? undefined : id, status }, page);
  },
  myUploadEvents: (_parent, page, { db, viewer }) =>
    listOwnerEvents(db, { ownerId: requireViewer(viewer).id, ...toEventRange(page) }),
};

const Mutation: MutationResolvers = {
  uploadFile: async (_parent, { file: argument, kind: name, options: given, idempotencyKey = null }, context) => {
    const kind = getKind(name);
    const owner = requirePermission(context.viewer, kind.permission);
    return context.measureIntake(async (counted) => {
      const received = await receiveFile(argument, { kind, maxUploadBytes: context.maxUploadBytes });
      const { options } = checkAll({
        file: () => assertFileFits(received, kind),
        options: () => parseOptions(kind, given),
      });
      return uploadFile({ owner, file: counted(received), kind: name, options, idempotencyKey }, context);
    });
  },
  cancelUpload: (_parent, { id }, context) => cancelUpload(id, context),
  deleteUpload: (_parent, { id }, context) => deleteUpload(id, context),
};

const FileUpload: FileUploadResolvers = {
  options: toOptions,
  counts: (upload) => toTitledCounts(upload.kind, toCounts(upload)),
  problems: (upload) => toWorkResult(upload).problems,
  resultFiles: (upload, _arguments, { downloads, clock }) =>
    toWorkResult(upload).resultFiles.map((file) => ({
      ...file,
      downloadUrl: createDownloadUrl({ id: upload.id, resultFile: file.name }, downloads, clock),
    })),
  __resolveReference: ({ id }, { uploads }) => uploads.require(id),
  uploadedBy: ({ ownerId }) => ({ id: ownerId }),
  downloadUrl: ({ id }, _arguments, { downloads, clock }) => createDownloadUrl({ id }, downloads, clock),
  events: ({ id }, page, { events }) => events.load({ uploadId: id, ...toEventRange(page) }),
};

const UploadEvent: UploadEventResolvers = {
  counts: async (event, _arguments, { uploads }) =>
    toTitledCounts((await uploads.require(event.uploadId)).kind, toCounts(event)),
  upload: ({ uploadId }, _arguments, { uploads }) => uploads.require(uploadId),
};

const AuditEntry: AuditEntryResolvers = {
  id: ({ id }) => String(id),
  actor: ({ actorId }) => ({ id: actorId }),
  uploadedBy: ({ ownerId }) => ({ id: ownerId }),
  uploaderEmail: ({ ownerEmail }) => ownerEmail,
};

const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  uploads: ({ id }, page, { db, viewer }) => {
    requireSelfOrAdmin(viewer, id);
    return listUploads(db, { ownerId: id }, page);
  },
};

export const resolvers: Resolvers = {
  ...{ BigInt: BigIntScalar, DateTime, Upload: GraphQLUpload, JSON: JsonScalar },
  ...{ AuditEntry, FileUpload, Mutation, Query, UploadEvent, User },
};
