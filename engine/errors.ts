/**
 * The one error class of Sluice and the one table of what each error is on the wire.
 * A leaf: every layer of engine/ may import it, from any thread.
 *
 * `code` is the word that AWS's JavaScript SDK shows as `err.name`, so that a program matches on
 * the same word embedded and over the network:
 * - errors of the SQS model have their shape's name (`QueueDoesNotExist`, `OverLimit`), and those of
 *   CloudWatch's that SQS has none like, which only its actions answer, their query code;
 * - errors of AWS's service framework, which are in no model, have the short name of the header
 *   `x-amzn-query-error` (`InvalidParameterValue`, `MissingParameter`, `AccessDenied`), because
 *   that header is all an SDK has to name them by;
 * - three are ours: `CapacityExceeded`, `BrokerClosed`, `OwnerGone`.
 *
 * Sources: the SQS service model 2012-11-05 (shapes, query codes, statuses); recordings of AWS's
 * answers for the framework errors.
 */

/** The namespace before `#` in an answer's `__type`: a service model's, or the framework's. */
export type ErrorNamespace =
  | "com.amazonaws.sqs"
  | "com.amazonaws.cloudwatch"
  | "com.amazon.coral.service";

/** What one error is on the wire. */
export interface ErrorShape {
  readonly namespace: ErrorNamespace;
  /** The name after `#` in `__type`. */
  readonly shape: string;
  /** The code of the header `x-amzn-query-error`: boto3, the AWS CLI and Go match on it. */
  readonly queryCode: string;
  /** HTTP status. */
  readonly status: number;
  /** True when the caller is at fault (`;Sender`), false when the server is (`;Receiver`). */
  readonly sender: boolean;
  /** True when the same call, unchanged, can succeed after a short pause. */
  readonly retryable: boolean;
}

/** An error of the SQS model. */
function modelled(shape: string, queryCode: string, status = 400, retryable = false): ErrorShape {
  return { namespace: "com.amazonaws.sqs", shape, queryCode, status, sender: true, retryable };
}

/** An error of the CloudWatch model that SQS has none like. */
function monitoring(shape: string, queryCode: string): ErrorShape {
  const namespace = "com.amazonaws.cloudwatch";
  return { namespace, shape, queryCode, status: 400, sender: true, retryable: false };
}

/** An error of the framework around SQS, or of ours: at fault is the sender below status 500. */
function framework(shape: string, queryCode: string, status = 400, retryable = false): ErrorShape {
  const sender = status < 500;
  return { namespace: "com.amazon.coral.service", shape, queryCode, status, sender, retryable };
}

/** An error of the SQS model whose query code carries the service's name. */
function prefixed(shape: string, status = 400, word = shape): ErrorShape {
  return modelled(shape, `AWS.SimpleQueueService.${word}`, status);
}

const shapes = {
  QueueDoesNotExist: prefixed("QueueDoesNotExist", 400, "NonExistentQueue"),
  QueueNameExists: modelled("QueueNameExists", "QueueAlreadyExists"),
  QueueDeletedRecently: prefixed("QueueDeletedRecently"),
  PurgeQueueInProgress: prefixed("PurgeQueueInProgress", 403),
  BatchEntryIdsNotDistinct: prefixed("BatchEntryIdsNotDistinct"),
  BatchRequestTooLong: prefixed("BatchRequestTooLong"),
  EmptyBatchRequest: prefixed("EmptyBatchRequest"),
  InvalidBatchEntryId: prefixed("InvalidBatchEntryId"),
  TooManyEntriesInBatchRequest: prefixed("TooManyEntriesInBatchRequest"),
  MessageNotInflight: prefixed("MessageNotInflight"),
  UnsupportedOperation: prefixed("UnsupportedOperation"),
  OverLimit: modelled("OverLimit", "OverLimit", 403),
  ReceiptHandleIsInvalid: modelled("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404),
  RequestThrottled: modelled("RequestThrottled", "RequestThrottled", 403, true),
  InvalidAddress: modelled("InvalidAddress", "InvalidAddress", 404),
  InvalidSecurity: modelled("InvalidSecurity", "InvalidSecurity", 403),
  ResourceNotFoundException: modelled(
    "ResourceNotFoundException",
    "ResourceNotFoundException",
    404,
  ),
  InvalidAttributeName: modelled("InvalidAttributeName", "InvalidAttributeName"),
  InvalidAttributeValue: modelled("InvalidAttributeValue", "InvalidAttributeValue"),
  InvalidMessageContents: modelled("InvalidMessageContents", "InvalidMessageContents"),
  InvalidIdFormat: modelled("InvalidIdFormat", "InvalidIdFormat"),
  KmsAccessDenied: modelled("KmsAccessDenied", "KMS.AccessDeniedException"),
  KmsDisabled: modelled("KmsDisabled", "KMS.DisabledException"),
  KmsInvalidState: modelled("KmsInvalidState", "KMS.InvalidStateException"),
  KmsNotFound: modelled("KmsNotFound", "KMS.NotFoundException"),
  KmsInvalidKeyUsage: modelled("KmsInvalidKeyUsage", "KMS.InvalidKeyUsageException"),
  KmsThrottled: modelled("KmsThrottled", "KMS.ThrottlingException", 400, true),
  KmsOptInRequired: modelled("KmsOptInRequired", "KMS.OptInRequired", 403),

  InvalidParameterCombination: monitoring(
    "InvalidParameterCombinationException",
    "InvalidParameterCombination",
  ),
  InvalidNextToken: monitoring("InvalidNextToken", "InvalidNextToken"),

  MalformedInput: framework("SerializationException", "MalformedInput"),
  InvalidAction: framework("UnknownOperationException", "InvalidAction"),
  MissingParameter: framework("MissingRequiredParameterException", "MissingParameter"),
  InvalidParameterValue: framework("InvalidParameterValueException", "InvalidParameterValue"),
  AccessDenied: framework("AccessDeniedException", "AccessDenied", 403),
  MissingAuthenticationToken: framework(
    "MissingAuthenticationTokenException",
    "MissingAuthenticationToken",
    403,
  ),
  InvalidClientTokenId: framework("UnrecognizedClientException", "InvalidClientTokenId", 403),
  SignatureDoesNotMatch: framework("InvalidSignatureException", "SignatureDoesNotMatch", 403),
  IncompleteSignature: framework("IncompleteSignatureException", "IncompleteSignature"),
  RequestEntityTooLarge: framework("RequestEntityTooLargeException", "RequestEntityTooLarge", 413),
  InternalFailure: framework("InternalFailure", "InternalFailure", 500, true),
  /** The server has not started yet: it reads its journal. */
  ServiceUnavailable: framework("ServiceUnavailable", "ServiceUnavailable", 503, true),

  /** Memory (or a window of it) is full: nothing was stored, nothing was lost. */
  CapacityExceeded: framework("CapacityExceeded", "CapacityExceeded", 503, true),
  /** This thread's broker was closed. */
  BrokerClosed: framework("BrokerClosed", "BrokerClosed", 503),
  /** The thread that opened the broker has closed it or died. */
  OwnerGone: framework("OwnerGone", "OwnerGone", 503),
} as const satisfies Record<string, ErrorShape>;

/** Every word that `SluiceError.code` can be. */
export type ErrorCode = keyof typeof shapes;

/** What the error with this code is on the wire. */
export function errorShape(code: ErrorCode): ErrorShape {
  return shapes[code];
}

/** All codes, in the table's order. */
export const errorCodes: readonly ErrorCode[] = Object.keys(shapes) as ErrorCode[];

export interface SluiceErrorOptions {
  /** Default: what the table says of the code. */
  retryable?: boolean;
  /** The name of the queue it happened on. */
  queue?: string;
  cause?: unknown;
}

/** What every rejected call of Sluice rejects with, aborted calls (`AbortError`) excepted. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  /** Match on this, never on the message: see the head of this file. */
  readonly code: ErrorCode;
  /** True when the same call, unchanged, can succeed after a short pause. */
  readonly retryable: boolean;
  /** The name of the queue it happened on; no member at all where there is none. */
  declare readonly queue?: string;

  constructor(code: ErrorCode, message: string, options: SluiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? shapes[code].retryable;
    if (options.queue !== undefined) this.queue = options.queue;
  }

  /** Has the message, too, which JSON leaves out of other errors. */
  toJSON(): object {
    const { name, code, message, retryable, queue } = this;
    return { name, code, message, retryable, ...(queue !== undefined && { queue }) };
  }
}

export function noSuchQueue(queue: string): SluiceError {
  return new SluiceError("QueueDoesNotExist", "The specified queue does not exist.", { queue });
}
