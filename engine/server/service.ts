/**
 * A service of AWS's as the protocols see it. Several share the port, each with its own actions, its
 * own names of errors and its own namespace of XML; a request says which one it means by its target,
 * its version or its path. Tables; pure.
 */
import { type ErrorCode, type ErrorShape, errorShape, SluiceError } from "../errors.ts";
import type { Action } from "./action.ts";
import { peekMessages } from "./actions/peekMessages.ts";
import { findCloudWatchAction } from "./cloudWatch.ts";
import { findAction } from "./router.ts";
import { findStsAction } from "./sts.ts";

export interface Service {
  /** In a signature's scope. */
  readonly signingName: "sqs" | "sts" | "monitoring";
  /** In front of its actions' names in policies. */
  readonly policyName: "sqs" | "sts" | "cloudwatch";
  /** Of the query protocol's XML. */
  readonly namespace: string;
  /** Throws InvalidAction; `how` says how a request names one. */
  find(name: string | undefined, how: string): Action;
  /** What an error is on the wire. */
  shapeOf(code: ErrorCode): ErrorShape;
}

export const sqs: Service = {
  signingName: "sqs",
  policyName: "sqs",
  namespace: "http://queue.amazonaws.com/doc/2012-11-05/",
  find: findAction,
  shapeOf: errorShape,
};

const sts: Service = {
  signingName: "sts",
  policyName: "sts",
  namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  find: findStsAction,
  shapeOf: errorShape,
};

export const cloudWatch: Service = {
  signingName: "monitoring",
  policyName: "cloudwatch",
  namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
  find: findCloudWatchAction,
  shapeOf: cloudWatchShape,
};

/** What LocalStack's developer endpoint asks, whose only action looks like ReceiveMessage. */
export const peekService: Service = { ...sqs, find: findPeek };

/** By the `Version` of the query protocol. */
export const serviceByVersion: ReadonlyMap<string, Service> = new Map([
  ["2012-11-05", sqs],
  ["2011-06-15", sts],
  ["2010-08-01", cloudWatch],
]);

/** By what stands before the dot in X-Amz-Target, and in the path of rpc-v2-cbor. */
export const serviceByTarget: ReadonlyMap<string, Service> = new Map([
  ["AmazonSQS", sqs],
  ["GraniteServiceVersion20100801", cloudWatch],
]);

/** Errors that are in CloudWatch's model and in none of SQS's, by the code that SQS's have. */
const cloudWatchNames: Partial<Record<ErrorCode, Pick<ErrorShape, "shape" | "queryCode">>> = {
  InvalidParameterValue: {
    shape: "InvalidParameterValueException",
    queryCode: "InvalidParameterValue",
  },
  MissingParameter: { shape: "MissingRequiredParameterException", queryCode: "MissingParameter" },
  InternalFailure: { shape: "InternalServiceFault", queryCode: "InternalServiceError" },
};

function findPeek(name: string | undefined): Action {
  if (name === undefined || name === "ReceiveMessage") return peekMessages;
  throw new SluiceError(
    "InvalidAction",
    "Here a queue's messages are looked at; no action but ReceiveMessage can be asked.",
  );
}

function cloudWatchShape(code: ErrorCode): ErrorShape {
  const names = cloudWatchNames[code];
  const shape = errorShape(code);
  return names === undefined
    ? shape
    : { ...shape, ...names, namespace: "com.amazonaws.cloudwatch" };
}
