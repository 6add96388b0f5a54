/**
 * The AWS JSON 1.0 protocol between bytes and plain values: what a request says, what an answer
 * and an error look like. Pure functions; they know no broker and no socket.
 *
 * An error is told twice: `__type` in the body names the shape (the class that an SDK throws), and
 * the header x-amzn-query-error the code of the older protocol (what boto3, the AWS CLI and Go
 * call the error's code). Clients match on either, so both are always there.
 */
import { isUtf8 } from "node:buffer";
import { errorShape, SluiceError } from "../errors.ts";
import type { Answer } from "./context.ts";

export const contentType = "application/x-amz-json-1.0";

/** What goes back to a client, besides the headers that every answer has. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** The value of x-amzn-query-error. */
  readonly errorHeader?: string;
}

const targetPrefix = "AmazonSQS.";

/** The action that X-Amz-Target names; undefined when it names none of this service. */
export function actionOf(target: string | undefined): string | undefined {
  return target?.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : undefined;
}

/** The JSON in a request's body; throws MalformedInput where there is none. */
export function parseBody(bytes: Buffer): unknown {
  // Decoding would put U+FFFD for broken bytes and store what nobody sent.
  if (!isUtf8(bytes)) throw new SluiceError("MalformedInput", "The request body is not UTF-8.");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new SluiceError("MalformedInput", "The request body is not JSON.", { cause });
  }
}

/** An action without a result has an empty body. */
export function answerReply(answer: Answer): Reply {
  return { status: 200, body: answer === undefined ? "" : JSON.stringify(answer) };
}

export function errorReply(error: SluiceError): Reply {
  const { namespace, shape, queryCode, status, sender } = errorShape(error.code);
  // Denials spell their text's name with a capital, unlike all other errors.
  const textName = error.code === "AccessDenied" ? "Message" : "message";
  return {
    status,
    body: JSON.stringify({ __type: `${namespace}#${shape}`, [textName]: error.message }),
    errorHeader: `${queryCode};${sender ? "Sender" : "Receiver"}`,
  };
}
