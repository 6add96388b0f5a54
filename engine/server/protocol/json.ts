/**
 * The AWS JSON 1.0 protocol between bytes and plain values: what a request says, what an answer
 * and an error look like. Pure; it knows no broker and no socket.
 *
 * An error is told twice: `__type` in the body names the shape (the class that an SDK throws), and
 * the header x-amzn-query-error the code of the older protocol (what boto3, the AWS CLI and Go
 * call the error's code). Clients match on either, so both are always there.
 */
import { isUtf8 } from "node:buffer";
import { SluiceError } from "../../errors.ts";
import { type Action, withQueue } from "../action.ts";
import { type Service, serviceByTarget, sqs } from "../service.ts";
import type { Answer } from "../wire/context.ts";
import { LongAnswer, onlyList } from "../wire/longAnswer.ts";
import { checkTypes, malformed } from "../wire/schema.ts";
import { checkContent } from "./content.ts";
import { withoutEscapes } from "./jsonEscapes.ts";
import { countJson } from "./jsonMarks.ts";
import { piecesOf } from "./pieces.ts";
import type { Call, LongReply, Protocol, Reply } from "./protocol.ts";

const jsonType = "application/x-amz-json-1.0";

/** The service and the action that X-Amz-Target names; SQS and none where it names none that is here. */
function meantBy(target = ""): { service: Service; name: string | undefined } {
  const dot = target.indexOf(".");
  const service = serviceByTarget.get(target.slice(0, Math.max(0, dot)));
  return service === undefined
    ? { service: sqs, name: undefined }
    : { service, name: target.slice(dot + 1) };
}

/** Values in a body: a batch of ten messages with ten attributes each has some 600. */
const valuesMax = 10_000;
/** A body of no more is parsed without counting first; whatever is in it, that is soon done. */
const uncountedBytes = 65_536;

/** The JSON in the body of a request for that action; throws MalformedInput where there is none. */
function parseBody(bytes: Buffer, action: Action): unknown {
  // Decoding would put U+FFFD for broken bytes and store what nobody sent.
  if (!isUtf8(bytes)) throw new SluiceError("MalformedInput", "The request body is not UTF-8.");
  const text = bytes.length > uncountedBytes ? checkedText(bytes, action) : bytes;
  try {
    return JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw new SluiceError("MalformedInput", "The request body is not JSON.", { cause });
  }
}

/** A text of the same values, without the escapes that it is mostly made of. */
function checkedText(bytes: Buffer, action: Action): Buffer {
  const { marks, contentBytes } = countJson(bytes, valuesMax);
  if (marks > valuesMax) throw malformed("The request body", `JSON of at most ${valuesMax} values`);
  checkContent(action, contentBytes);
  return bytes.length > 2 * contentBytes ? withoutEscapes(bytes) : bytes;
}

export class JsonProtocol implements Protocol {
  readonly #service: Service;
  readonly #name: string | undefined;
  readonly #url: string;

  /** `target`: the value of X-Amz-Target; `url`: the request's path; `only`: the service asked there. */
  constructor(target: string | undefined, url = "/", only?: Service) {
    const { service, name } = meantBy(target);
    this.#service = only ?? service;
    this.#name = name;
    this.#url = url;
  }

  read(body: Buffer): Call {
    const name = this.#name;
    const action = this.#service.find(name, "X-Amz-Target is AmazonSQS.<Action>");
    const input = checkTypes(action.members, parseBody(body, action));
    return {
      name: name ?? "",
      service: this.#service,
      action,
      input: withQueue(action, input, this.#url),
    };
  }

  /** An action without a result has an empty body. */
  answer({ action }: Call, answer: Answer): Reply | LongReply {
    if (answer instanceof LongAnswer) {
      const behind = Object.entries(answer.others)
        .map(([name, text]) => `,"${name}":${JSON.stringify(text)}`)
        .join("");
      const start = `{"${onlyList(action.result).name}":[`;
      const frame = { start, between: ",", end: `]${behind}}` };
      const pieces = piecesOf(frame, answer.elements, (element) => JSON.stringify(element));
      return { status: 200, pieces, contentType: jsonType };
    }
    const body = answer === undefined ? "" : JSON.stringify(answer);
    return { status: 200, body, contentType: jsonType };
  }

  error(error: SluiceError): Reply {
    const { namespace, shape, queryCode, status, sender } = this.#service.shapeOf(error.code);
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
