/**
 * Every reason that a client can branch on (`extensions.reason`), by its code (`extensions.code`), with its meaning.
 * docs/errors.md is generated from it. A reason keeps its name and its code for ever; messages may change.
 */
export const errorCatalogue = {
  UNAUTHENTICATED: {
    SIGN_IN_REQUIRED: 'The request needs an access token.',
    AUTHORIZATION_MALFORMED: 'The Authorization header is not `Bearer <access token>`.',
    ACCESS_TOKEN_INVALID: 'The access token was not issued by this system, or it was changed.',
    ACCESS_TOKEN_EXPIRED: 'The access token has expired. Use `refreshToken`.',
    ACCESS_TOKEN_REVOKED: 'The access token was revoked, for example by a logout. Sign in again.',
    WRONG_CREDENTIALS: 'The email address or the password is incorrect.',
    REFRESH_TOKEN_INVALID: 'The refresh token is unknown, used, expired or revoked. Sign in again.',
    ACCOUNT_NOT_FOUND: 'The account of the access token does not exist any more.',
    INTERNAL_TOKEN_INVALID: 'A request reached a subgraph without a valid token of the gateway.',
  },
  FORBIDDEN: {
    PERMISSION_MISSING: 'The account lacks a permission. An administrator can grant it.',
    POLICY_NOT_MET: 'A policy of the schema refuses the request.',
    OWNED_BY_ANOTHER_USER: 'The object belongs to another user.',
    DOWNLOAD_LINK_INVALID: 'The download link is incomplete or was changed.',
    DOWNLOAD_LINK_EXPIRED: 'The download link has expired. Query a new one.',
    GATEWAY_ONLY: 'The address is for the gateway only.',
  },
  NOT_FOUND: {
    UPLOAD_NOT_FOUND: 'There is no upload with this id; it may have been deleted.',
    USER_NOT_FOUND: 'There is no user with this id.',
    DEPARTMENT_NOT_FOUND: 'There is no department with this id.',
    JOB_NOT_FOUND: 'There is no job with this id.',
    REJECTED_ROWS_NOT_FOUND: 'The upload has no rejected rows, or was deleted.',
    FILE_NOT_FOUND: 'The file is not in the file store.',
    ADDRESS_NOT_FOUND: 'There is nothing at this URL.',
  },
  BAD_USER_INPUT: {
    VALUE_INVALID: 'A value does not have the type of its argument, for example a DateTime without a time zone.',
    ARGUMENT_OUT_OF_RANGE: 'A number is less than the minimum or greater than the maximum.',
    CURSOR_INVALID: '`after` or `before` is not a cursor of this list.',
    ID_INVALID: 'An id does not have the form of an id.',
    EMAIL_INVALID: 'The text is not an email address.',
    NAME_INVALID: 'The name is too long, empty, or contains forbidden characters.',
    PASSWORD_LENGTH: 'The password is too short or too long.',
    CURRENT_PASSWORD_WRONG: 'The current password is incorrect.',
    LINK_TOKEN_INVALID: 'The token of an email link is wrong, used or expired. Request a new email.',
    IDEMPOTENCY_KEY_INVALID: 'The idempotency key is not 1 to 255 printable ASCII characters.',
    KIND_UNKNOWN: 'There is no kind of upload with this name. `uploadKinds` lists all.',
    FILE_TYPE_NOT_ACCEPTED: 'The kind of upload does not take files of this type. `uploadKinds` lists what it takes.',
    OPTION_INVALID: 'An option is unknown to the kind of upload, missing, or has a wrong value.',
    FILE_MISSING: 'The request contains no file for the argument.',
    FILE_INTERRUPTED: 'The connection broke before the end of the file.',
    MULTIPART_MALFORMED: 'The multipart request does not follow the specification.',
    REQUEST_MALFORMED: 'The request is not a well-formed GraphQL request.',
    VARIABLE_INVALID: 'A variable is missing or does not have the type of its argument.',
    SUBSCRIPTION_INVALID: 'A subscription must select exactly one field, unconditionally.',
    PREFLIGHT_REQUIRED:
      'The request could be forged by another site. Send a JSON body or a header that a browser must ask for.',
    REQUEST_TOO_LARGE: 'The request exceeds a limit, which `extensions.limit` names.',
  },
  CONFLICT: {
    EMAIL_TAKEN: 'An account with this email address exists.',
    PASSWORD_CHANGED: 'The password was changed by another request in the meantime.',
    LAST_ADMINISTRATOR: 'The last administrator cannot lose ADMIN.',
    IDEMPOTENCY_KEY_IN_USE: 'An upload with this idempotency key is still in progress. Retry later.',
    IDEMPOTENCY_KEY_REUSED: 'The idempotency key belongs to an upload of another kind, with other options or content.',
    INTAKE_ABANDONED: 'The upload stalled and was discarded. Send the file again.',
    UPLOAD_NOT_ENDED: 'The upload has no final status yet.',
    UPLOAD_ENDED: 'The upload already has a final status.',
    UPLOAD_ALREADY_LOADED: 'All rows are loaded, so the upload can no longer be cancelled.',
    FILE_EXISTS: 'The file exists in the file store.',
    MIGRATION_FAILED: 'A database migration failed or does not match the history.',
  },
  FILE_TOO_LARGE: {
    FILE_TOO_LARGE: 'The file is larger than the maximum.',
  },
  RATE_LIMITED: {
    TOO_MANY_REQUESTS: 'The client exceeds a rate limit. Retry after `extensions.retryAfterSeconds`.',
  },
  UNAVAILABLE: {
    DEPENDENCY_UNAVAILABLE: 'A server that the request needs cannot be reached right now. Retry later.',
    TIMED_OUT: 'The operation took longer than the maximum.',
    SERVER_RESTARTING: 'The server is restarting. Reconnect.',
    TOO_BUSY: 'The service handles too many requests right now. Retry later.',
  },
  INTERNAL_SERVER_ERROR: {
    INTERNAL_ERROR: 'An error of the server; the log has its details under the request id.',
  },
  GRAPHQL_PARSE_FAILED: {
    SYNTAX_ERROR: 'The document is not valid GraphQL, or has more tokens than the maximum.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    OPERATION_INVALID: 'The operation does not fit the schema.',
    OPERATION_TOO_LARGE: 'The operation exceeds a limit, which `extensions.validationErrorCode` names.',
    INTROSPECTION_DISABLED: 'Introspection is disabled on this server.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    OPERATION_NOT_FOUND: 'The document has no operation of this name, or several and no `operationName`.',
  },
  COST_ESTIMATED_TOO_EXPENSIVE: {
    OPERATION_TOO_EXPENSIVE: 'The estimated cost exceeds the maximum. Ask for smaller pages.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    PERSISTED_QUERY_NOT_FOUND: 'The document of this hash is unknown. Send it with its hash.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    PERSISTED_QUERY_NOT_SUPPORTED: 'Automatic persisted queries are disabled. Send the document.',
  },
  PERSISTED_QUERY_HASH_MISMATCH: {
    PERSISTED_QUERY_HASH_MISMATCH: 'The document does not have this hash.',
  },
  OPERATION_NOT_PUBLISHED: {
    OPERATION_NOT_PUBLISHED: 'Only published operations are allowed on this server.',
  },
  BAD_CONFIG: {
    CONFIGURATION_INVALID: 'A setting is missing or wrong; the process does not start.',
  },
} as const;

/** What a client, a worker or an operator can branch on first; all but BAD_CONFIG are the graph's `extensions.code`. */
export type ErrorCode = keyof typeof errorCatalogue;

export type ErrorReason<Code extends ErrorCode = ErrorCode> = {
  [C in Code]: keyof (typeof errorCatalogue)[C] & string;
}[Code];

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

/** The reason of an error that names none. */
export const defaultReasons = {
  UNAUTHENTICATED: 'SIGN_IN_REQUIRED',
  FORBIDDEN: 'PERMISSION_MISSING',
  NOT_FOUND: 'ADDRESS_NOT_FOUND',
  BAD_USER_INPUT: 'REQUEST_MALFORMED',
  CONFLICT: 'FILE_EXISTS',
  FILE_TOO_LARGE: 'FILE_TOO_LARGE',
  RATE_LIMITED: 'TOO_MANY_REQUESTS',
  UNAVAILABLE: 'DEPENDENCY_UNAVAILABLE',
  INTERNAL_SERVER_ERROR: 'INTERNAL_ERROR',
  GRAPHQL_PARSE_FAILED: 'SYNTAX_ERROR',
  GRAPHQL_VALIDATION_FAILED: 'OPERATION_INVALID',
  OPERATION_RESOLUTION_FAILURE: 'OPERATION_NOT_FOUND',
  COST_ESTIMATED_TOO_EXPENSIVE: 'OPERATION_TOO_EXPENSIVE',
  PERSISTED_QUERY_NOT_FOUND: 'PERSISTED_QUERY_NOT_FOUND',
  PERSISTED_QUERY_NOT_SUPPORTED: 'PERSISTED_QUERY_NOT_SUPPORTED',
  PERSISTED_QUERY_HASH_MISMATCH: 'PERSISTED_QUERY_HASH_MISMATCH',
  OPERATION_NOT_PUBLISHED: 'OPERATION_NOT_PUBLISHED',
  BAD_CONFIG: 'CONFIGURATION_INVALID',
} as const satisfies { [Code in ErrorCode]: ErrorReason<Code> };
