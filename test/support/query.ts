/**
 * The query protocol as a client speaks it: an input in the shape of the JSON protocol becomes the
 * fields of a form, and an XML answer becomes the shape of a JSON one, so that a test can be run over
 * both. Written down from AWS's older service model, not taken from the engine.
 */
import { XMLParser } from "fast-xml-parser";
import type { QueryAnswer, WireAnswer } from "./wire.ts";

export const formHeaders = {
  "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
} as const;

/** Lists, by the name of one element. The name of a batch's entries is made of the action's. */
const lists: Readonly<Record<string, string>> = {
  AttributeNames: "AttributeName",
  MessageSystemAttributeNames: "MessageSystemAttributeName",
  MessageAttributeNames: "MessageAttributeName",
  TagKeys: "TagKey",
  AWSAccountIds: "AWSAccountId",
  Actions: "ActionName",
  StringListValues: "StringListValue",
  BinaryListValues: "BinaryListValue",
};

/** Maps, by the name of one entry and that of its key. */
const maps: Readonly<Record<string, readonly [string, string]>> = {
  Attributes: ["Attribute", "Name"],
  MessageAttributes: ["MessageAttribute", "Name"],
  MessageSystemAttributes: ["MessageSystemAttribute", "Name"],
  Tags: ["Tag", "Key"],
  tags: ["Tag", "Key"],
};

type Fields = [name: string, value: string][];

/** The fields of the member `name` below `path`, which is empty or ends in a dot. */
function fieldsOf(action: string, path: string, name: string, value: unknown): Fields {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object") return [[`${path}${name}`, String(value)]];
  const map = maps[name];
  if (Array.isArray(value)) {
    const each = name === "Entries" ? `${action}RequestEntry` : (lists[name] ?? name);
    return value.flatMap((item, index) => fieldsOf(action, path, `${each}.${index + 1}`, item));
  }
  if (map === undefined) {
    return Object.entries(value).flatMap(([key, item]) =>
      fieldsOf(action, `${path}${name}.`, key, item),
    );
  }
  return Object.entries(value).flatMap(([key, item], index): Fields => {
    const entry = `${path}${map[0]}.${index + 1}.`;
    return [[`${entry}${map[1]}`, key], ...fieldsOf(action, entry, "Value", item)];
  });
}

/** The form of an action's input. */
export function formOf(action: string, input: object, version = "2012-11-05"): string {
  const fields: Fields = [
    ["Action", action],
    ["Version", version],
  ];
  for (const [name, value] of Object.entries(input)) {
    fields.push(...fieldsOf(action, "", name, value));
  }
  return fields
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
}

/** An element that was parsed: a text, or elements by their names, each of them a list. */
type Element = string | { readonly [name: string]: readonly Element[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  isArray: () => true,
  htmlEntities: true,
});

/** Elements that are repeated, as the lists that they are in JSON. */
const elementLists: Readonly<Record<string, string>> = {
  QueueUrl: "QueueUrls",
  Message: "Messages",
  SendMessageBatchResultEntry: "Successful",
  DeleteMessageBatchResultEntry: "Successful",
  ChangeMessageVisibilityBatchResultEntry: "Successful",
  BatchResultErrorEntry: "Failed",
  ListMessageMoveTasksResultEntry: "Results",
};
const elementMaps: Readonly<Record<string, readonly [string, string]>> = {
  Attribute: ["Attributes", "Name"],
  MessageAttribute: ["MessageAttributes", "Name"],
  Tag: ["Tags", "Key"],
};
const numbers = [
  "ApproximateNumberOfMessagesMoved",
  "ApproximateNumberOfMessagesToMove",
  "MaxNumberOfMessagesPerSecond",
  "StartedTimestamp",
];

function textOf(element: Element | undefined): string {
  if (typeof element === "string") return element;
  return typeof element?.["#text"] === "string" ? element["#text"] : "";
}

function jsonOf(action: string, element: Element | undefined): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  if (element === undefined || typeof element === "string") return json;
  for (const [name, items] of Object.entries(element)) {
    const map = elementMaps[name];
    const isOneUrl = name === "QueueUrl" && !action.startsWith("List");
    const list = isOneUrl ? undefined : elementLists[name];
    if (map !== undefined) {
      json[map[0]] = Object.fromEntries(items.map((item) => entryOf(action, item, map[1])));
    } else if (list !== undefined) {
      const isLower = action === "ListDeadLetterSourceQueues" && name === "QueueUrl";
      json[isLower ? "queueUrls" : list] = items.map((item) => readElement(action, name, item));
    } else {
      json[name] = readElement(action, name, items[0]);
    }
  }
  return json;
}

function entryOf(action: string, item: Element, key: string): [string, unknown] {
  if (typeof item === "string") throw new Error(`an entry of a map is the text ${item}`);
  return [textOf(item[key]?.[0]), readElement(action, "Value", item.Value?.[0])];
}

function readElement(action: string, name: string, element: Element | undefined): unknown {
  if (typeof element === "object" && !("#text" in element)) return jsonOf(action, element);
  const text = textOf(element);
  if (name === "SenderFault") return text === "true";
  return numbers.includes(name) ? Number(text) : text;
}

/** Reads an XML answer of an action. */
export function readXml(action: string, xml: string): QueryAnswer {
  const document = parser.parse(xml) as Record<string, Element[]>;
  const answer = at(document[`${action}Response`]?.[0]);
  if (answer !== undefined) {
    const result = jsonOf(action, answer[`${action}Result`]?.[0]) as WireAnswer;
    const requestId = textOf(at(answer.ResponseMetadata?.[0])?.RequestId?.[0]);
    return { result, code: undefined, message: undefined, type: undefined, requestId };
  }
  const failed = at(document.ErrorResponse?.[0]);
  const error = at(failed?.Error?.[0]);
  return {
    result: {},
    code: error && textOf(error.Code?.[0]),
    message: error && textOf(error.Message?.[0]),
    type: error && textOf(error.Type?.[0]),
    requestId: textOf(failed?.RequestId?.[0]),
  };
}

function at(element: Element | undefined): Exclude<Element, string> | undefined {
  return typeof element === "object" ? element : undefined;
}
