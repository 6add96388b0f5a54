/**
 * What a program imports as `sluice/lambda`: a queue as the event source of handlers that are written
 * for AWS Lambda (docs/LAMBDA.md).
 */
export { lambda } from "./lambda.ts";
export type {
  LambdaContext,
  LambdaHandler,
  LambdaOptions,
  SqsBatchResponse,
  SqsEvent,
  SqsMessageAttribute,
  SqsRecord,
  SqsRecordAttributes,
} from "./types.ts";
