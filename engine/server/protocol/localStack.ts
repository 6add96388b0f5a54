/**
 * LocalStack's developer endpoint for a queue's messages, so that a test which looks at them there can
 * look here: `/_aws/sqs/messages`, with QueueUrl as a parameter, and `/_aws/sqs/messages/REGION/ACCOUNT/NAME`.
 * By GET and POST, as parameters, as a form, or as AWS JSON from an SDK that has it for an endpoint. The
 * answer is ReceiveMessage's, in XML, or, for who accepts `application/json`, LocalStack's JSON, which is
 * its XML member by member: a list of one element is that element, an empty one is not there.
 *
 * Sources: LocalStack's documentation of SQS, "Developer endpoints", its developer API and that one's
 * tests, as of 2026.
 */
import type { SluiceError } from "../../errors.ts";
import { requestUuid } from "../../random.ts";
import { peekService } from "../service.ts";
import type { Answer } from "../wire/context.ts";
import { LongAnswer, onlyList } from "../wire/longAnswer.ts";
import type { Loose, Members, Shape } from "../wire/schema.ts";
import { JsonProtocol } from "./json.ts";
import { piecesOf } from "./pieces.ts";
import type { Call, LongReply, Protocol, Reply } from "./protocol.ts";
import { QueryProtocol } from "./query.ts";

const pathPattern = /^\/_aws\/sqs\/messages\/?(?:([^/?]+)\/[^/?]+\/[^/?]+\/?)?(?:\?|$)/;
/** What the log and the metrics of requests call it: AWS has no such action. */
const actionName = "PeekMessages";
/** What its answers are named after. */
const answerName = "ReceiveMessage";
const jsonType = "application/json";

/** A request's head, as far as this endpoint minds it. */
export interface LocalStackHead {
  /** Path and query string. */
  readonly url: string;
  readonly accept: string | undefined;
  /** X-Amz-Target: there for AWS JSON. */
  readonly target: string | undefined;
}

/** Whether a request's path is this endpoint's. */
export function isLocalStack(url: string): boolean {
  return pathPattern.test(url);
}

export class LocalStackProtocol implements Protocol {
  readonly #region: string | undefined;
  readonly #protocol: Protocol;
  readonly #wantsJson: boolean;
  readonly #requestId = requestUuid();

  constructor({ url, accept, target }: LocalStackHead) {
    this.#region = pathPattern.exec(url)?.[1];
    const isOfSdk = target !== undefined;
    this.#wantsJson = !isOfSdk && (accept?.includes(jsonType) ?? false);
    this.#protocol = isOfSdk
      ? new JsonProtocol(target, url, peekService)
      : new QueryProtocol({ url, accept: undefined }, { service: peekService, action: answerName });
  }

  read(body: Buffer): Call {
    const call = this.#protocol.read(body);
    const { [regionMember]: _, ...input } = call.input;
    return {
      ...call,
      name: actionName,
      input: this.#region === undefined ? input : { ...input, [regionMember]: this.#region },
    };
  }

  answer(call: Call, answer: Answer): Reply | LongReply {
    if (!this.#wantsJson) return this.#protocol.answer(call, answer);
    const { result = {} } = call.action;
    if (answer instanceof LongAnswer) return this.#long(result, answer);
    const shown = elementsOf(result, (answer ?? {}) as Loose);
    return this.#json(200, `${this.#start}${JSON.stringify(shown)}${this.#end}`);
  }

  error(error: SluiceError): Reply {
    if (!this.#wantsJson) return this.#protocol.error(error);
    const { queryCode, status, sender } = peekService.shapeOf(error.code);
    const Type = sender ? "Sender" : "Receiver";
    const shown = { Type, Code: queryCode, Message: error.message };
    const body = { ErrorResponse: { Error: shown, RequestId: this.#requestId } };
    return this.#json(status, JSON.stringify(body));
  }

  get #start(): string {
    return `{"${answerName}Response":{"${answerName}Result":`;
  }

  get #end(): string {
    return `,"ResponseMetadata":${JSON.stringify({ RequestId: this.#requestId })}}}`;
  }

  /** The list's elements one by one; one alone is no list. */
  #long(result: Members, { elements, others }: LongAnswer): LongReply {
    const { list, rest } = onlyList(result);
    const iterator = elements[Symbol.iterator]();
    const first = [iterator.next(), iterator.next()].flatMap(({ done, value }) =>
      done === true ? [] : [value as object],
    );
    const [open, close] = first.length > 1 ? ["[", "]"] : ["", ""];
    const more = Object.entries(elementsOf(rest, others) ?? {});
    const behind = more.map(([name, value]) => `,"${name}":${JSON.stringify(value)}`).join("");
    const frame = {
      start: `${this.#start}{"${list.each}":${open}`,
      between: ",",
      end: `${close}${behind}}${this.#end}`,
    };
    const all = (function* () {
      yield* first;
      yield* { [Symbol.iterator]: () => iterator };
    })();
    const write = (element: object) => JSON.stringify(elementOf(list.of, element));
    const pieces = piecesOf(frame, all, write);
    return { status: 200, pieces, contentType: jsonType, requestId: this.#requestId };
  }

  #json(status: number, body: string): Reply {
    return { status, body, contentType: jsonType, requestId: this.#requestId };
  }
}

const regionMember = "Region";

/** The elements that XML has for a structure, by their names; null for none. */
function elementsOf(members: Members, value: Loose): Record<string, unknown> | null {
  const elements: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(members)) {
    const member = value[name];
    if (member === undefined) continue;
    if (shape.type === "list" || shape.type === "map") {
      const all = manyOf(shape, member);
      if (all.length > 0) elements[shape.each] = all.length > 1 ? all : all[0];
    } else elements[name] = elementOf(shape, member);
  }
  return Object.keys(elements).length > 0 ? elements : null;
}

function manyOf(shape: Extract<Shape, { each: string }>, value: unknown): unknown[] {
  if (shape.type === "list") {
    return (value as readonly unknown[]).map((one) => elementOf(shape.of, one));
  }
  return Object.entries(value as Loose).map(([key, one]) => ({
    [shape.key]: key,
    Value: elementOf(shape.of, one),
  }));
}

/** A text is a text, as everything in XML is. */
function elementOf(shape: Shape, value: unknown): unknown {
  return shape.type === "structure" ? elementsOf(shape.members, value as Loose) : String(value);
}
