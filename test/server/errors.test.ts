/** The table of errors against the SQS model that AWS's own SDK carries. */
import * as sdk from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { errorCodes, errorShape, SluiceError } from "../../engine/errors.ts";

/** The SDK's schema of an error: kind, namespace, name, traits. */
type ErrorSchema = [-3, string, string, { awsQueryError?: [string, number]; httpError?: number }];

const schemas = Object.values(sdk).filter(
  (value): value is ErrorSchema & typeof value => Array.isArray(value) && value[0] === -3,
) as unknown as ErrorSchema[];

// The SDK's base class of all errors is no error of the model.
const modelled = schemas.filter(([, namespace]) => namespace === "com.amazonaws.sqs");

describe("an error of the SQS model", () => {
  test("is in the SDK in numbers that make this test worth something", () => {
    expect(modelled.length).toBeGreaterThan(25);
  });

  test.each(modelled.map((schema) => [schema[2], schema] as const))("%s", (name, schema) => {
    const [, namespace, shape, { awsQueryError, httpError }] = schema;
    const code = errorCodes.find((known) => known === name);
    expect(code).toBeDefined();
    if (code === undefined) return;
    expect(errorShape(code)).toMatchObject({
      namespace,
      shape,
      // A client's error is 400 and has its shape's name, unless the model says more.
      status: httpError ?? 400,
      queryCode: awsQueryError?.[0] ?? shape,
      sender: true,
    });
  });
});

describe("a SluiceError", () => {
  test("is retryable as the table says, or as it is told", () => {
    expect(new SluiceError("CapacityExceeded", "full").retryable).toBe(true);
    expect(new SluiceError("QueueDoesNotExist", "none").retryable).toBe(false);
    expect(new SluiceError("OverLimit", "later", { retryable: true }).retryable).toBe(true);
  });

  test("names its queue only where there is one", () => {
    expect(new SluiceError("QueueDoesNotExist", "none", { queue: "q" }).queue).toBe("q");
    expect("queue" in new SluiceError("BrokerClosed", "closed")).toBe(false);
  });

  test("blames the receiver from status 500 on, and nobody else", () => {
    for (const code of errorCodes) {
      const { status, sender } = errorShape(code);
      expect([code, sender]).toEqual([code, status < 500]);
    }
  });
});
