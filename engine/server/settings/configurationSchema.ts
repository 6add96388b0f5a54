/**
 * The JSON Schema of configuration files, for editors: made of the tables that files are checked by, so
 * that it knows no option, attribute or range of its own. configuration.schema.json beside it is what it
 * makes, written by scripts/configurationSchema.mjs and held by a test. What a schema can't say (an account's
 * digits where YAML reads a number, sizes with units) it lets pass; what a server takes it never refuses.
 * Draft 7, which editors read. Pure.
 */
import { attributeShapes, type Shape } from "../../broker/described/queueAttributes.ts";
import { parameterRanges, policies, queueNames, tags } from "../../limits.ts";
import { credentialShapes } from "../auth/readCredentials.ts";
import { optionNames, optionOf } from "./options.ts";
import {
  switchNode as flag,
  objectNode as object,
  type SchemaNode,
  textNode,
  wholeNode as whole,
} from "./schemaNode.ts";

type Properties = Readonly<Record<string, SchemaNode>>;

const isTrue: SchemaNode = { enum: [true, "true", "True", "TRUE"] };
const document: SchemaNode = { type: ["object", "string"] };

const references: Properties = {
  RedrivePolicy: {
    anyOf: [
      object(
        {
          deadLetterTargetArn: { type: "string" },
          maxReceiveCount: whole(parameterRanges.maxReceiveCount),
        },
        { required: ["deadLetterTargetArn", "maxReceiveCount"] },
      ),
      { type: "string" },
    ],
  },
  RedriveAllowPolicy: {
    anyOf: [
      object(
        {
          redrivePermission: { enum: ["allowAll", "byQueue", "denyAll"] },
          sourceQueueArns: {
            type: "array",
            items: { type: "string" },
            maxItems: policies.maxSourceQueueArns,
          },
        },
        { required: ["redrivePermission"] },
      ),
      { type: "string" },
    ],
  },
};

function attribute(name: string, shape: Shape): SchemaNode {
  const own = references[name];
  if (own !== undefined) return own;
  switch (shape.kind) {
    case "number":
      return { ...whole(shape), description: shape.unit };
    case "switch":
      return flag;
    case "word":
      return { enum: [...shape.words] };
    case "document":
      return document;
    default:
      return textNode();
  }
}

/** What a queue may have; of FIFO queues more. */
function queue(isFifo: boolean): SchemaNode {
  const properties: Record<string, SchemaNode> = {};
  for (const [name, shape] of attributeShapes) {
    if (shape.isFifoOnly === true && !isFifo) continue;
    properties[name] = name === "FifoQueue" ? isTrue : attribute(name, shape);
  }
  properties.tags = {
    type: "object",
    propertyNames: { maxLength: tags.maxKeyCharacters },
    additionalProperties: textNode(),
    maxProperties: tags.maxCount,
  };
  return object(properties, isFifo ? { required: ["FifoQueue"] } : {});
}

/** By the queues' names, behind an account where that is not the server's. */
function queues(): SchemaNode {
  const before = "^(?:\\d{12}/)?";
  const { maxCharacters, fifoSuffix } = queueNames;
  const letters = (most: number) => `[A-Za-z0-9_-]{1,${most}}`;
  const fifo = `${before}${letters(maxCharacters - fifoSuffix.length)}\\.fifo$`;
  return {
    description: "Queues made at the start, by their names, with AWS's attribute names and tags.",
    type: ["object", "null"],
    patternProperties: {
      [`${before}${letters(maxCharacters)}$`]: {
        anyOf: [{ $ref: "#/definitions/Queue" }, { type: "null" }],
      },
      [fifo]: { $ref: "#/definitions/FifoQueue" },
    },
    additionalProperties: false,
  };
}

function credential(): SchemaNode {
  const properties: Record<string, SchemaNode> = {};
  for (const { name, pattern, what } of credentialShapes) {
    properties[name] =
      name === "policies"
        ? { anyOf: [document, { type: "array", items: document }], description: what }
        : { description: what, ...textNode(pattern) };
  }
  const required = credentialShapes.filter(({ isNeeded }) => isNeeded).map(({ name }) => name);
  return object(properties, { required, not: { required: ["user", "role"] } });
}

function options(): Properties {
  const properties: Record<string, SchemaNode> = {};
  for (const name of optionNames) {
    const { schema, description, isList } = optionOf(name);
    const about = { description: `${description[0]?.toUpperCase()}${description.slice(1)}.` };
    properties[name] = { ...about, ...(isList === true ? listOf(schema) : schema) };
  }
  return properties;
}

function listOf(item: SchemaNode): SchemaNode {
  return { anyOf: [item, { type: "array", items: item }, { type: "null" }] };
}

/** The schema, as plain data. */
export function configurationSchema(): SchemaNode {
  const { credentials = {}, ...others } = options();
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A configuration file of sluice serve",
    ...object({
      $schema: { type: "string" },
      ...others,
      credentials: {
        description: credentials.description,
        anyOf: [
          { type: "string" },
          { type: "array", items: { $ref: "#/definitions/Credential" }, minItems: 1 },
        ],
      },
      queues: queues(),
    }),
    definitions: { Credential: credential(), FifoQueue: queue(true), Queue: queue(false) },
  };
}
