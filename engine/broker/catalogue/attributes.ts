/**
 * Queue names and queue attributes: what may be set, what a new queue has, what the engine needs to
 * know of it. Called when a queue is made or changed, never for a message.
 * Sources: API Reference, CreateQueue and SetQueueAttributes.
 */
import type { FifoSettings, QueueSettings } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { fifoCallsPerSecond, numericAttributes, protections, queueNames } from "../../limits.ts";
import type { QueueAttributes, QueueChange, QueueDetails, StoredAttributes } from "../../types.ts";
import { attributeNames, checkNames, policyNames } from "../face/names.ts";
import type { BrokerSettings } from "../threads/options.ts";
import type { Catalogue } from "./catalogue.ts";
import { canonicalPolicy, checkRedrivePolicy, deadLettersOf, isFifoName } from "./redrive.ts";

/** All attributes of a queue, as the catalogue keeps them. */
export type AttributeSet = QueueDetails["attributes"];

type NumericName = keyof typeof numericAttributes;

const NUMERIC_NAMES = Object.keys(numericAttributes) as NumericName[];
/** What only a FIFO queue has, and what each may be set to. That it is one can't be changed. */
const FIFO_VALUES = {
  fifoQueue: [true],
  contentBasedDeduplication: [true, false],
  deduplicationScope: ["queue", "messageGroup"],
  fifoThroughputLimit: ["perQueue", "perMessageGroupId"],
} as const satisfies Partial<Record<keyof QueueAttributes, readonly unknown[]>>;
const FIFO_NAMES = Object.keys(FIFO_VALUES) as (keyof typeof FIFO_VALUES)[];

const DEFAULTS: AttributeSet = {
  delaySeconds: numericAttributes.delaySeconds.default,
  maximumMessageSize: numericAttributes.maximumMessageSize.default,
  messageRetentionPeriod: numericAttributes.messageRetentionPeriod.default,
  receiveMessageWaitTimeSeconds: numericAttributes.receiveMessageWaitTimeSeconds.default,
  visibilityTimeout: numericAttributes.visibilityTimeout.default,
  contentBasedDeduplication: false,
  deduplicationScope: "queue",
  fifoThroughputLimit: "perQueue",
};

/** AWS's spelling of an attribute's name. */
function wireName(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Throws InvalidParameterValue for a name that no queue can have. */
export function checkQueueName(name: string): void {
  if (typeof name === "string" && queueNames.pattern.test(name)) return;
  throw new SluiceError(
    "InvalidParameterValue",
    `A queue name is 1 to ${queueNames.maxCharacters} letters, digits, hyphens and underscores, ` +
      `and ends in ${queueNames.fifoSuffix} for a FIFO queue; "${String(name)}" is not.`,
  );
}

/**
 * The attributes as they are now, each read once: what is checked is what is used, whatever a getter
 * answers next. Throws InvalidAttributeName for a name that no queue's attribute has.
 */
export function ownAttributes(queue: string, attributes: QueueAttributes): QueueAttributes {
  checkNames(attributes, attributeNames, queue);
  const own = { ...attributes };
  if (own.redrivePolicy === undefined || own.redrivePolicy === null) return own;
  checkNames(own.redrivePolicy, policyNames, queue);
  return { ...own, redrivePolicy: { ...own.redrivePolicy } };
}

/** Throws when a queue with this name and these attributes can't be made. */
export function checkNewQueue(name: string, attributes: QueueAttributes): void {
  checkQueueName(name);
  const isFifo = attributes.fifoQueue === true;
  if (isFifoName(name) !== isFifo) {
    throw new SluiceError(
      "InvalidParameterValue",
      isFifo
        ? `The name of a FIFO queue ends in ${queueNames.fifoSuffix}; "${name}" does not.`
        : `"${name}" is the name of a FIFO queue, but the attribute FifoQueue is not true.`,
      { queue: name },
    );
  }
  checkAttributes(name, attributes, isFifo);
}

/** Throws for what a queue of this name and kind can't be set to, whatever else it is set to. */
export function checkAttributes(queue: string, attributes: QueueAttributes, isFifo: boolean): void {
  for (const name of NUMERIC_NAMES) {
    const value = attributes[name];
    const { min, max, unit } = numericAttributes[name];
    if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) continue;
    throw new SluiceError(
      "InvalidAttributeValue",
      `Invalid value for the parameter ${wireName(name)}. ` +
        `It is a whole number of ${unit} from ${min} to ${max}, not ${value}.`,
      { queue },
    );
  }
  checkRedrivePolicy(queue, attributes.redrivePolicy);
  if (isFifo) {
    checkFifoAttributes(queue, attributes);
    return;
  }
  for (const name of FIFO_NAMES) {
    if (attributes[name] !== undefined) throw unknownAttribute(name, queue);
  }
}

function checkFifoAttributes(queue: string, attributes: QueueAttributes): void {
  for (const name of FIFO_NAMES) {
    const value = attributes[name];
    const legal: readonly unknown[] = FIFO_VALUES[name];
    if (value === undefined || legal.includes(value)) continue;
    throw new SluiceError(
      "InvalidAttributeValue",
      `Invalid value for the parameter ${wireName(name)}. It is ${legal.join(" or ")}, not ${value}.`,
      { queue },
    );
  }
}

/**
 * What is stored and echoed, each text read once. Throws InvalidParameterValue for what is no text,
 * or would not come back as it is: no UTF-8 can carry a lone surrogate.
 */
export function ownTexts(
  queue: string,
  { stored = {}, tags = {} }: Pick<QueueChange, "stored" | "tags">,
): Required<Pick<QueueChange, "stored" | "tags">> {
  const own = { stored: { ...stored }, tags: { ...tags } };
  checkTexts(queue, "stored attribute", own.stored);
  checkTexts(queue, "tag", own.tags);
  return own;
}

function checkTexts(queue: string, kind: string, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (name.isWellFormed() && typeof text === "string" && text.isWellFormed()) continue;
    throw new SluiceError(
      "InvalidParameterValue",
      `The ${kind} "${name}" is a text without lone surrogates, as is its name.`,
      { queue },
    );
  }
}

/** Throws for attributes that can't stand together. */
function checkTogether(queue: string, attributes: AttributeSet): void {
  const { deduplicationScope, fifoThroughputLimit } = attributes;
  if (fifoThroughputLimit === "perQueue" || deduplicationScope === "messageGroup") return;
  throw new SluiceError(
    "InvalidAttributeValue",
    "Invalid value for the parameter FifoThroughputLimit. " +
      "perMessageGroupId needs a DeduplicationScope of messageGroup.",
    { queue },
  );
}

function unknownAttribute(name: string, queue: string): SluiceError {
  return new SluiceError(
    "InvalidAttributeName",
    `Unknown Attribute ${wireName(name)}. Only a FIFO queue has it.`,
    { queue },
  );
}

/**
 * `base` (default: what a new queue has) with the attributes that `change` names; throws when they
 * can't stand together. Each of `change` was checked.
 */
export function changedAttributes(
  queue: string,
  change: QueueAttributes,
  base: AttributeSet = DEFAULTS,
): AttributeSet {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const { redrivePolicy, ...others } = { ...base, ...Object.fromEntries(given) };
  checkTogether(queue, others);
  return redrivePolicy === null || redrivePolicy === undefined
    ? others
    : { ...others, redrivePolicy: canonicalPolicy(redrivePolicy) };
}

/** The first attribute given that the queue does not have, by AWS's name; undefined for none. */
export function firstDifference(
  given: QueueAttributes,
  has: AttributeSet,
  stored: Readonly<Record<string, string>>,
  hasStored: Readonly<Record<string, string>>,
): string | undefined {
  const policy = given.redrivePolicy && canonicalPolicy(given.redrivePolicy);
  const canonical = policy ? { ...given, redrivePolicy: policy } : given;
  const typed = Object.entries(canonical).find(
    ([name, value]) =>
      value !== undefined && !isSame(value, has[name as keyof AttributeSet] ?? null),
  );
  if (typed !== undefined) return wireName(typed[0]);
  return Object.entries(stored).find(([name, value]) => (hasStored[name] ?? "") !== value)?.[0];
}

function fifoSettings(attributes: AttributeSet, { quotas, region }: BrokerSettings): FifoSettings {
  const isGroupThroughput = attributes.fifoThroughputLimit === "perMessageGroupId";
  return {
    callsMax: quotas.fifoThroughput ? fifoCallsPerSecond(isGroupThroughput, region) : 0,
    contentBasedDeduplication: attributes.contentBasedDeduplication,
    isGroupScope: attributes.deduplicationScope === "messageGroup",
    isGroupThroughput,
  };
}

/** Of a policy the text that it is shown as counts. */
function isSame(given: unknown, has: unknown): boolean {
  return given === has || JSON.stringify(given) === JSON.stringify(has);
}

/** An empty text removes what was stored. */
export function mergeStored(before: StoredAttributes, change: StoredAttributes): StoredAttributes {
  const merged = { ...before, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, text]) => text !== ""));
}

/** What the engine needs to know of a queue with these attributes. */
export function engineSettings(
  attributes: AttributeSet,
  settings: BrokerSettings,
  catalogue: Catalogue,
): QueueSettings {
  return {
    visibilityMs: attributes.visibilityTimeout * 1_000,
    delayMs: attributes.delaySeconds * 1_000,
    retentionMs: attributes.messageRetentionPeriod * 1_000,
    maximumBytes: attributes.maximumMessageSize,
    inFlightMax: settings.quotas.inFlightCap ? protections.maxInFlight : 0,
    fifo: attributes.fifoQueue === true ? fifoSettings(attributes, settings) : undefined,
    deadLetters: deadLettersOf(settings.region, catalogue, attributes.redrivePolicy),
  };
}
