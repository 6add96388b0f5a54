/**
 * The query protocol, which older clients speak: fields of a form by POST, or of a URL by GET, and
 * XML back; JSON of the same form for who accepts it. One object a request, since its errors look
 * as its service's answers do. Knows no broker and no socket.
 *
 * `Version` tells the service: SQS, or one that shares the port. A request to a queue's own path
 * means that queue unless it names another, and can't ask for what no queue has.
 */
import { SluiceError } from "../../errors.ts";
import { requestUuid } from "../../random.ts";
import { type Action, withQueue } from "../action.ts";
import { type Service, serviceByVersion, sqs } from "../service.ts";
import type { Answer } from "../wire/context.ts";
import { LongAnswer, onlyList } from "../wire/longAnswer.ts";
import { queueOfPath } from "../wire/queueUrl.ts";
import type { Loose, Members, Shape } from "../wire/schema.ts";
import { checkContent } from "./content.ts";
import { type FormNode, parseForm } from "./form.ts";
import { piecesOf } from "./pieces.ts";
import type { Call, LongReply, Protocol, Reply } from "./protocol.ts";
import { readMembers } from "./queryInput.ts";
import { type QueryError, xmlAnswer, xmlError, xmlPieces } from "./xml.ts";

/** How a request names its action. */
const how = "Action is one of the service's, like ListQueues";

/** What no queue can be asked for, by its path. */
const accountActions: readonly string[] = ["CreateQueue", "ListQueues"];

/** Lists that have another name in JSON of this protocol than everywhere else. */
const jsonNames: Readonly<Record<string, string>> = {
  Messages: "messages",
  QueueUrls: "queueUrls",
};

const xmlType = "text/xml";
const jsonType = "application/json";

/** A request's head, as far as this protocol minds it. */
export interface QueryHead {
  /** Path and query string. */
  readonly url: string;
  readonly accept: string | undefined;
}

/** What a path of its own asks: one service, and an action where the request names none. */
export interface QueryPlace {
  readonly service: Service;
  readonly action: string;
}

export class QueryProtocol implements Protocol {
  readonly #head: QueryHead;
  readonly #place: QueryPlace | undefined;
  readonly #requestId = requestUuid();
  #service: Service = sqs;
  /** Undefined until it was read. */
  #name: string | undefined;

  constructor(head: QueryHead, place?: QueryPlace) {
    this.#head = head;
    this.#place = place;
  }

  read(body: Buffer): Call {
    const { url } = this.#head;
    const mark = url.indexOf("?");
    // Node reads the bytes of a URL as Latin-1.
    const query = Buffer.from(mark < 0 ? "" : url.slice(mark + 1), "latin1");
    const form = parseForm(query, body);
    const { fields } = form;
    const name = fields.below.get("Action")?.text ?? this.#place?.action;
    this.#name = name;
    this.#service = this.#place?.service ?? serviceOf(fields);
    const isOfAccount = name !== undefined && accountActions.includes(name);
    if (isOfAccount && queueOfPath(url) !== undefined) throw wrongPlace(name);
    const action = this.#service.find(name, how);
    checkContent(action, form.contentBytes);
    form.check();
    const input = withQueue(action, readMembers(action.members, fields), url);
    return { name: name ?? "", service: this.#service, action, input };
  }

  answer({ action }: Call, answer: Answer): Reply | LongReply {
    const name = this.#name ?? "";
    const { namespace } = this.#service;
    const id = this.#requestId;
    if (answer instanceof LongAnswer) return this.#long(name, action, answer);
    if (!this.#wantsJson) {
      return this.#xml(200, xmlAnswer(name, namespace, action.result, answer, id));
    }
    const result = action.result && { [`${name}Result`]: wrapped(action.result, answer) };
    return this.#json(200, {
      [`${name}Response`]: { ...result, ResponseMetadata: { RequestId: id } },
    });
  }

  error(error: SluiceError): Reply {
    const { queryCode, status, sender } = this.#service.shapeOf(error.code);
    if (error.code === "InvalidAction" && this.#name === undefined) {
      return this.#xml(404, "<UnknownOperationException/>");
    }
    const shown: QueryError = {
      Type: sender ? "Sender" : "Receiver",
      Code: queryCode,
      Message: messageOf(error),
    };
    if (!this.#wantsJson) {
      return this.#xml(status, xmlError(shown, this.#service.namespace, this.#requestId));
    }
    const { Type, Code, Message } = shown;
    return this.#json(status, {
      Error: { Code, Message, Type, Detail: null },
      RequestId: this.#requestId,
    });
  }

  #long(name: string, { result }: Action, answer: LongAnswer): LongReply {
    const requestId = this.#requestId;
    const pieces = this.#wantsJson
      ? jsonPieces(name, result, answer, requestId)
      : xmlPieces(name, this.#service.namespace, result, answer, requestId);
    const contentType = this.#wantsJson ? jsonType : xmlType;
    return { status: 200, pieces, contentType, requestId };
  }

  get #wantsJson(): boolean {
    return this.#head.accept?.includes("application/json") ?? false;
  }

  #xml(status: number, body: string): Reply {
    return { status, body, contentType: xmlType, requestId: this.#requestId };
  }

  #json(status: number, body: object): Reply {
    const text = JSON.stringify(body);
    return { status, body: text, contentType: jsonType, requestId: this.#requestId };
  }
}

/** Old clients leave the version out. */
function serviceOf(form: FormNode): Service {
  const version = form.below.get("Version")?.text;
  const service = version === undefined ? sqs : serviceByVersion.get(version);
  if (service !== undefined) return service;
  throw new SluiceError("InvalidAction", `There is no version ${version} of this service.`);
}

function wrongPlace(name: string): SluiceError {
  return new SluiceError("InvalidAction", `The action ${name} is not valid for this endpoint.`);
}

/** The one text that clients know in two forms. */
function messageOf({ code, message }: SluiceError): string {
  if (code !== "QueueDoesNotExist") return message;
  return message.replace(/\.?$/, " for this wsdl version.");
}

/** As AWS writes it: what is absent is null, and a map is the list of its entries, as in XML. */
function wrapped(result: Members, answer: Answer): object {
  const members = (answer ?? {}) as Loose;
  return Object.fromEntries(
    Object.entries(result).map(([name, shape]) => {
      const member = members[name];
      return [jsonNames[name] ?? name, member === undefined ? null : listed(shape, member)];
    }),
  );
}

/** As JSON of `wrapped` would be. */
function jsonPieces(
  action: string,
  result: Members | undefined,
  { elements, others }: LongAnswer,
  requestId: string,
): Iterable<string> {
  const { name, list, rest } = onlyList(result);
  const start = `{"${action}Response":{"${action}Result":{"${jsonNames[name] ?? name}":[`;
  const behind = Object.keys(rest)
    .map((other) => `,"${other}":${JSON.stringify(others[other] ?? null)}`)
    .join("");
  const end = `]${behind}},"ResponseMetadata":${JSON.stringify({ RequestId: requestId })}}}`;
  const write = (element: object) => JSON.stringify(listed(list.of, element));
  return piecesOf({ start, between: ",", end }, elements, write);
}

/** The value with its maps as lists of Name and Value, or of Key and Value, at every depth. */
function listed(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case "list":
      return (value as readonly unknown[]).map((element) => listed(shape.of, element));
    case "map":
      return Object.entries(value as Loose).map(([key, element]) => ({
        [shape.key]: key,
        Value: listed(shape.of, element),
      }));
    case "structure":
      return Object.fromEntries(
        Object.entries(value as Loose).map(([name, member]) => {
          const of = shape.members[name];
          return [name, of === undefined || member === undefined ? member : listed(of, member)];
        }),
      );
    default:
      return value;
  }
}
