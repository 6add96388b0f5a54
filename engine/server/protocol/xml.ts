/**
 * Answers and errors as the query protocol's XML, written straight from the description of the
 * answer. Pure. Lists and maps are flattened unless they say otherwise: an element is repeated under its
 * `each` name, without a wrapper; nothing is written for what is absent.
 *
 * Own code and no library: it is smaller than the glue that turns an answer into a library's form,
 * and needs no second object for every message.
 */
import type { Answer } from "../wire/context.ts";
import { type LongAnswer, onlyList } from "../wire/longAnswer.ts";
import type { Loose, Members, Shape } from "../wire/schema.ts";
import { type Frame, piecesOf } from "./pieces.ts";
import { escapeXml } from "./xmlText.ts";

const head = '<?xml version="1.0"?>';

/** What stands around an answer's members and its metadata. */
function frameOf(name: string, namespace: string, requestId: string): Frame {
  const metadata = element("ResponseMetadata", element("RequestId", requestId));
  return {
    start: `${head}<${name}Response xmlns="${namespace}">`,
    between: "",
    end: `${metadata}</${name}Response>`,
  };
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function writeValue(shape: Shape, value: unknown, name: string): string {
  switch (shape.type) {
    case "structure":
      return element(name, writeMembers(shape.members, value as Loose));
    case "list": {
      const items = (value as readonly unknown[]).map((item) =>
        writeValue(shape.of, item, shape.each),
      );
      return shape.isWrapped ? element(name, items.join("")) : items.join("");
    }
    case "timestamp":
      return element(name, momentText(value as number));
    case "double":
      return element(name, doubleText(value as number));
    case "map":
      return Object.entries(value as Loose)
        .map(([key, item]) => {
          const half = element(shape.key, escapeXml(key));
          return element(shape.each, half + writeValue(shape.of, item, "Value"));
        })
        .join("");
    default:
      return element(name, escapeXml(String(value)));
  }
}

/** Seconds since 1970 as ISO 8601, without a fraction where there is none. */
function momentText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}

/** With a fraction, so that nobody takes it for a whole number. */
function doubleText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

function writeMembers(members: Members, value: Loose): string {
  let text = "";
  for (const name in members) {
    const member = value[name];
    if (member !== undefined) text += writeValue(members[name] as Shape, member, name);
  }
  return text;
}

/** The answer of an action; one without a result has only its metadata. */
export function xmlAnswer(
  name: string,
  namespace: string,
  result: Members | undefined,
  answer: Answer,
  requestId: string,
): string {
  const members = result === undefined ? "" : writeMembers(result, (answer ?? {}) as Loose);
  let content = "";
  if (result !== undefined) {
    content = members === "" ? `<${name}Result/>` : element(`${name}Result`, members);
  }
  const { start, end } = frameOf(name, namespace, requestId);
  return start + content + end;
}

/** The same of a long answer. */
export function xmlPieces(
  name: string,
  namespace: string,
  result: Members | undefined,
  { elements, others }: LongAnswer,
  requestId: string,
): Iterable<string> {
  const { start, between, end } = frameOf(name, namespace, requestId);
  const { list, rest } = onlyList(result);
  const behind = writeMembers(rest, others);
  const frame = {
    start: `${start}<${name}Result>`,
    between,
    end: `${behind}</${name}Result>${end}`,
  };
  return piecesOf(frame, elements, (value) => writeValue(list.of, value, list.each));
}

/** What an error says in this protocol. */
export interface QueryError {
  readonly Type: "Sender" | "Receiver";
  readonly Code: string;
  readonly Message: string;
}

export function xmlError(error: QueryError, namespace: string, requestId: string): string {
  const { Type, Code, Message } = error;
  const texts =
    element("Type", Type) + element("Code", Code) + element("Message", escapeXml(Message));
  const content = `${element("Error", `${texts}<Detail/>`)}${element("RequestId", requestId)}`;
  return `${head}<ErrorResponse xmlns="${namespace}">${content}</ErrorResponse>`;
}
