/**
 * The service model of SQS as aws-sdk 2 had it before version 2.1492, which spoke the query protocol.
 * Later versions have the same operations without the names of lists and maps in that protocol, and
 * speak AWS JSON; with these names back, the package's own code for the query protocol (which other
 * services use still) makes and reads requests as the older versions did. Pure.
 */

type Rule = {
  type?: string;
  shape?: string;
  locationName?: string;
  flattened?: boolean;
  members?: Record<string, Rule>;
  member?: Rule;
  key?: Rule;
  value?: Rule;
};

export interface ServiceModel {
  metadata: Record<string, unknown>;
  operations: Record<string, { input?: Rule; output?: Rule & { resultWrapper?: string } }>;
  shapes: Record<string, Rule>;
}

/** How a list's items are called; what is not here is named after its operation. */
const ITEMS: Readonly<Record<string, string>> = {
  AttributeNames: "AttributeName",
  MessageSystemAttributeNames: "MessageSystemAttributeName",
  MessageAttributeNames: "MessageAttributeName",
  ActionNames: "ActionName",
  Actions: "ActionName",
  AWSAccountIds: "AWSAccountId",
  TagKeys: "TagKey",
  QueueUrls: "QueueUrl",
  queueUrls: "QueueUrl",
  Messages: "Message",
  Failed: "BatchResultErrorEntry",
  StringListValues: "StringListValue",
  BinaryListValues: "BinaryListValue",
};
const MAPS: Readonly<Record<string, readonly [each: string, key: string, value: string]>> = {
  Attributes: ["Attribute", "Name", "Value"],
  MessageAttributes: ["MessageAttribute", "Name", "Value"],
  MessageSystemAttributes: ["MessageSystemAttribute", "Name", "Value"],
  Tags: ["Tag", "Key", "Value"],
  tags: ["Tag", "Key", "Value"],
};

function itemOf(member: string, operation: string): string {
  if (member === "Entries") return `${operation}RequestEntry`;
  return ITEMS[member] ?? `${operation}ResultEntry`;
}

export function queryModel({ metadata, operations, shapes }: ServiceModel): ServiceModel {
  function named(rule: Rule, name: string, operation: string): Rule {
    const { shape, ...own } = rule;
    const whole: Rule = { ...(shape === undefined ? {} : shapes[shape]), ...own };
    const { type, members, member, value } = whole;
    const map = MAPS[name];
    if (type === "map" && map !== undefined) {
      const [each, key, valueName] = map;
      const inner = named(value ?? {}, "", operation);
      return {
        ...{ ...whole, locationName: each, flattened: true, key: { locationName: key } },
        value: { ...inner, locationName: valueName },
      };
    }
    if (type === "list") {
      const item = named(member ?? {}, "", operation);
      const locationName = itemOf(name, operation);
      return { ...whole, flattened: true, member: { ...item, locationName } };
    }
    if (members === undefined) return whole;
    const entries = Object.entries(members).map(([inner, its]) => {
      return [inner, named(its, inner, operation)] as const;
    });
    return { ...whole, members: Object.fromEntries(entries) };
  }
  const { jsonVersion: _, awsQueryCompatible: __, targetPrefix: ___, ...rest } = metadata;
  const xmlNamespace = "http://queue.amazonaws.com/doc/2012-11-05/";
  return {
    metadata: { ...rest, protocol: "query", protocols: ["query"], xmlNamespace },
    operations: Object.fromEntries(
      Object.entries(operations).map(([operation, { input, output }]) => [
        operation,
        {
          ...(input && { input: named(input, "", operation) }),
          ...(output && {
            output: { ...named(output, "", operation), resultWrapper: `${operation}Result` },
          }),
        },
      ]),
    ),
    shapes: {},
  };
}
