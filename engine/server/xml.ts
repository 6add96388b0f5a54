/**
 * Answers and errors as the query protocol's XML, written straight from the description of the
 * answer. Pure. Lists and maps are flattened: an element is repeated under its `each` name, without
 * a wrapper, and nothing is written for what is absent.
 *
 * Text is escaped so that any XML 1.0 parser gives it back as it was: a carriage return goes as a
 * reference, or parsers would make it a line feed. What XML 1.0 can't hold at all (an embedded
 * sender may have sent it) becomes U+FFFD, because otherwise the whole answer could not be read.
 *
 * Own code and no library: it is smaller than the glue that turns an answer into a library's form,
 * and needs no second object for every message. Cost: one regular expression over each text.
 */
import type { Answer } from "./context.ts";
import type { Loose, Members, Shape } from "./schema.ts";

const head = '<?xml version="1.0"?>';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass.
const special = /[&<>"'\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;
const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\r": "&#13;",
};

/** Text as it stands between tags or quotes. */
export function escapeXml(text: string): string {
  return text.replace(special, (character) => references[character] ?? "\ufffd");
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function writeValue(shape: Shape, value: unknown, name: string): string {
  switch (shape.type) {
    case "structure":
      return element(name, writeMembers(shape.members, value as Loose));
    case "list":
      return (value as readonly unknown[])
        .map((item) => writeValue(shape.of, item, shape.each))
        .join("");
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
  const content =
    result === undefined
      ? ""
      : element(`${name}Result`, writeMembers(result, (answer ?? {}) as Loose));
  const metadata = element("ResponseMetadata", element("RequestId", requestId));
  return `${head}<${name}Response xmlns="${namespace}">${content}${metadata}</${name}Response>`;
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
