/**
 * The AWS JSON 1.0 protocol between bytes and plain values: what a request says, what an answer
 * and an error look like. Pure; it knows no broker and no socket.
 *
 * An error is told twice: `__type` in the body names the shape (the class that an SDK throws), and
 * the header x-amzn-query-error the code of the older protocol (what boto3, the AWS CLI and Go
 * call the error's code). Clients match on either, so both are always there.
 */
import { isUtf8 } from "node:buffer";
import { errorShape, SluiceError } from "../errors.ts";
import type { Answer } from "./context.ts";
import type { Call, Protocol, Reply } from "./protocol.ts";
import { findAction } from "./router.ts";
import { checkTypes } from "./schema.ts";

export const jsonType = "application/x-amz-json-1.0";
const targetPrefix = "AmazonSQS.";

/** The action that X-Amz-Target names; undefined when it names none of this service. */
function actionOf(target: string | undefined): string | undefined {
  return target?.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : undefined;
}

/** The JSON in a request's body; throws MalformedInput where there is none. */
function parseBody(bytes: Buffer): unknown {
  // Decoding would put U+FFFD for broken bytes and store what nobody sent.
  if (!isUtf8(bytes)) throw new SluiceError("MalformedInput", "The request body is not UTF-8.");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new SluiceError("MalformedInput", "The request body is not JSON.", { cause });
  }
}

export class JsonProtocol implements Protocol {
  readonly #target: string | undefined;

  /** `target`: the value of X-Amz-Target. */
  constructor(target: string | undefined) {
    this.#target = target;
  }

  read(body: Buffer): Call {
    const name = actionOf(this.#target);
    const action = findAction(name);
    return { name: name ?? "", action, input: checkTypes(action.members, parseBody(body)) };
  }

  /** An action without a result has an empty body. */
  answer(_call: Call, answer: Answer): Reply {
    const body = answer === undefined ? "" : JSON.stringify(answer);
    return { status: 200, body, contentType: jsonType };
  }

  error(error: SluiceError): Reply {
    const { namespace, shape, queryCode, status, sender } = errorShape(error.code);
    // Denials spell their text's name with a capital, unlike all other errors.
    const textName = error.code === "AccessDenied" ? "Message" : "message";
    return {
      status,
      body: JSON.stringify({ __type: `${namespace}#${shape}`, [textName]: error.message }),
      contentType: jsonType,
      headers: { "x-amzn-query-error": `${queryCode};${sender ? "Sender" : "Receiver"}` },
    };
  }
}
