/**
 * Queue attributes between the wire and the broker: one table of all that SQS knows, each with how
 * it is set and how it is shown. On the wire every value is text.
 *
 * The order of the table is the order of the answer. `set` is absent for what is computed; `show`
 * answers undefined where the attribute does not apply to the queue or was never set, and it is
 * then left out. Counts are read only when one of them is asked for.
 *
 * Encryption attributes are stored and echoed, and encrypt nothing. SqsManagedSseEnabled is "true"
 * unless it was switched off or a KMS key is set; "true" is therefore stored as absent.
 */
import { SluiceError } from "../../errors.ts";
import { kmsDataKeyReusePeriodSeconds, type NumberRange, numericAttributes } from "../../limits.ts";
import type {
  Queue,
  QueueAttributes,
  QueueCounts,
  QueueDetails,
  StoredAttributes,
} from "../../types.ts";
import { checkPolicy, checkRedriveAllowPolicy, readRedrivePolicy } from "./policies.ts";
import { clipped, quoted } from "./quoted.ts";

/** What a request wants changed; an empty stored text removes what was stored. */
export interface AttributeChange {
  readonly attributes: QueueAttributes;
  readonly stored: StoredAttributes;
}

/** A change while it is collected, and what kind of queue it is for. */
interface Draft extends AttributeChange {
  readonly isFifo: boolean;
  readonly isNew: boolean;
}

/** A queue as the table looks at it; each part is read once, when first asked for. */
class QueueView {
  readonly queue: Queue;
  #details: QueueDetails | undefined;
  #counts: QueueCounts | undefined;

  constructor(queue: Queue) {
    this.queue = queue;
  }

  get details(): QueueDetails {
    this.#details ??= this.queue.details();
    return this.#details;
  }

  get counts(): QueueCounts {
    this.#counts ??= this.queue.counts();
    return this.#counts;
  }
}

/** What may be set, for who describes it to others; by it, too, it is checked. */
export type Shape = (
  | ({ readonly kind: "number"; readonly unit: string } & NumberRange)
  | { readonly kind: "switch" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  /** An object, or its JSON. */
  | { readonly kind: "document" }
  | { readonly kind: "text" }
) & { readonly isFifoOnly?: true };

interface QueueAttribute {
  readonly set?: (text: string, draft: Draft) => void;
  /** Of what can be set. */
  readonly shape?: Shape;
  readonly show: (view: QueueView) => string | undefined;
}

type NumericName = keyof typeof numericAttributes;
type Entry = readonly [name: string, attribute: QueueAttribute];

export function unknownAttribute(name: string): SluiceError {
  return new SluiceError("InvalidAttributeName", `Unknown Attribute ${clipped(name)}.`);
}

/** Some of them are unknown, then. */
function tooMany(count: number): SluiceError {
  return new SluiceError(
    "InvalidAttributeName",
    `There are ${count} attributes; a queue has ${settableNames.length} that can be set.`,
  );
}

function invalidValue(name: string, reason: string): SluiceError {
  return new SluiceError(
    "InvalidAttributeValue",
    `Invalid value for the parameter ${name}. Reason: ${reason}`,
  );
}

/** Plain decimal text only: no sign, space, point or exponent. */
function readNumber(name: string, text: string, { min, max }: NumberRange): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw invalidValue(name, `it is a whole number from ${min} to ${max}, not ${quoted(text)}.`);
}

/** `true` and `false` in any case. */
function readBoolean(name: string, text: string): boolean {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw invalidValue(name, `it is true or false, not ${quoted(text)}.`);
}

function numeric(name: string, key: NumericName): Entry {
  const set = (text: string, { attributes }: Draft) => {
    attributes[key] = readNumber(name, text, numericAttributes[key]);
  };
  const shape: Shape = { kind: "number", ...numericAttributes[key] };
  return [name, { set, shape, show: ({ details }) => String(details.attributes[key]) }];
}

function computed(name: string, show: QueueAttribute["show"]): Entry {
  return [name, { show }];
}

function storedText(name: string, kind: "document" | "text", check = nothing): Entry {
  const set = (text: string, { stored }: Draft) => {
    if (text !== "") check(text);
    stored[name] = text;
  };
  return [name, { set, shape: { kind }, show: ({ details }) => details.stored[name] }];
}

function nothing(_text: string): void {}

function seconds(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

function setFifoQueue(text: string, draft: Draft): void {
  const isFifo = readBoolean("FifoQueue", text);
  if (draft.isNew) {
    if (!isFifo) throw unknownAttribute("FifoQueue");
    draft.attributes.fifoQueue = true;
    return;
  }
  if (!draft.isFifo) throw unknownAttribute("FifoQueue");
  if (!isFifo) throw invalidValue("FifoQueue", "Modifying queue type is not supported.");
}

function setContentBasedDeduplication(text: string, draft: Draft): void {
  if (!draft.isFifo) throw unknownAttribute("ContentBasedDeduplication");
  draft.attributes.contentBasedDeduplication = readBoolean("ContentBasedDeduplication", text);
}

function requireFifo(name: string, { isFifo }: Draft): void {
  if (isFifo) return;
  throw new SluiceError(
    "InvalidAttributeName",
    `You can specify the ${name} only when FifoQueue is set to true.`,
  );
}

const scopes = ["queue", "messageGroup"] as const;
const throughputLimits = ["perQueue", "perMessageGroupId"] as const;

function readWord<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw invalidValue(name, `it is ${words.join(" or ")}, not ${quoted(text)}.`);
}

function setDeduplicationScope(text: string, draft: Draft): void {
  requireFifo("DeduplicationScope", draft);
  draft.attributes.deduplicationScope = readWord("DeduplicationScope", text, scopes);
}

function setFifoThroughputLimit(text: string, draft: Draft): void {
  requireFifo("FifoThroughputLimit", draft);
  draft.attributes.fifoThroughputLimit = readWord("FifoThroughputLimit", text, throughputLimits);
}

/** A shown attribute of FIFO queues; absent on standard ones. */
function ofFifo(show: (attributes: QueueDetails["attributes"]) => string): QueueAttribute["show"] {
  return ({ queue, details }) => (queue.isFifo ? show(details.attributes) : undefined);
}

function setRedrivePolicy(text: string, { attributes }: Draft): void {
  attributes.redrivePolicy = text === "" ? null : readRedrivePolicy(text);
}

function showRedrivePolicy({ details }: QueueView): string | undefined {
  const policy = details.attributes.redrivePolicy;
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
}

function setKmsPeriod(text: string, { stored }: Draft): void {
  const name = "KmsDataKeyReusePeriodSeconds";
  stored[name] = String(readNumber(name, text, kmsDataKeyReusePeriodSeconds));
}

function showKmsPeriod({ details: { stored } }: QueueView): string | undefined {
  if (stored.KmsMasterKeyId === undefined) return undefined;
  return stored.KmsDataKeyReusePeriodSeconds ?? String(kmsDataKeyReusePeriodSeconds.default);
}

function setManagedEncryption(text: string, { stored }: Draft): void {
  stored.SqsManagedSseEnabled = readBoolean("SqsManagedSseEnabled", text) ? "" : "false";
}

const ofFifoAlone: Shape = { kind: "switch", isFifoOnly: true };

const table: ReadonlyMap<string, QueueAttribute> = new Map([
  numeric("VisibilityTimeout", "visibilityTimeout"),
  numeric("DelaySeconds", "delaySeconds"),
  numeric("MaximumMessageSize", "maximumMessageSize"),
  numeric("MessageRetentionPeriod", "messageRetentionPeriod"),
  numeric("ReceiveMessageWaitTimeSeconds", "receiveMessageWaitTimeSeconds"),
  computed("QueueArn", ({ queue }) => queue.arn),
  computed("ApproximateNumberOfMessages", ({ counts }) => String(counts.visible)),
  computed("ApproximateNumberOfMessagesNotVisible", ({ counts }) => String(counts.inFlight)),
  computed("ApproximateNumberOfMessagesDelayed", ({ counts }) => String(counts.delayed)),
  computed("CreatedTimestamp", ({ details }) => seconds(details.createdAtMs)),
  computed("LastModifiedTimestamp", ({ details }) => seconds(details.modifiedAtMs)),
  storedText("Policy", "document", checkPolicy),
  [
    "RedrivePolicy",
    { set: setRedrivePolicy, shape: { kind: "document" }, show: showRedrivePolicy },
  ],
  storedText("RedriveAllowPolicy", "document", checkRedriveAllowPolicy),
  ["FifoQueue", { set: setFifoQueue, shape: ofFifoAlone, show: ofFifo(() => "true") }],
  [
    "ContentBasedDeduplication",
    {
      set: setContentBasedDeduplication,
      shape: ofFifoAlone,
      show: ofFifo(({ contentBasedDeduplication }) => String(contentBasedDeduplication)),
    },
  ],
  [
    "DeduplicationScope",
    {
      set: setDeduplicationScope,
      shape: { kind: "word", words: scopes, isFifoOnly: true },
      show: ofFifo(({ deduplicationScope }) => deduplicationScope),
    },
  ],
  [
    "FifoThroughputLimit",
    {
      set: setFifoThroughputLimit,
      shape: { kind: "word", words: throughputLimits, isFifoOnly: true },
      show: ofFifo(({ fifoThroughputLimit }) => fifoThroughputLimit),
    },
  ],
  storedText("KmsMasterKeyId", "text"),
  [
    "KmsDataKeyReusePeriodSeconds",
    {
      set: setKmsPeriod,
      shape: { kind: "number", ...kmsDataKeyReusePeriodSeconds },
      show: showKmsPeriod,
    },
  ],
  [
    "SqsManagedSseEnabled",
    {
      set: setManagedEncryption,
      shape: { kind: "switch" },
      show: ({ details }) => details.stored.SqsManagedSseEnabled ?? "true",
    },
  ],
]);

/** What may be set of each attribute that can be set, by AWS's names. */
export const attributeShapes: ReadonlyMap<string, Shape> = new Map(
  [...table].flatMap(([name, { shape }]) => (shape === undefined ? [] : [[name, shape] as const])),
);

/** The attributes that can be set, by AWS's names. */
export const settableNames: readonly string[] = [...attributeShapes.keys()];

/** One kind of encryption at a time: a key switches the managed kind off, and the reverse. */
function settleEncryption(wire: Readonly<Record<string, string>>, stored: StoredAttributes): void {
  const key = wire.KmsMasterKeyId;
  const isManaged = stored.SqsManagedSseEnabled === "";
  if (key !== undefined && key !== "") {
    if (isManaged) {
      throw new SluiceError(
        "InvalidAttributeName",
        "You can use one type of server-side encryption (SSE) at one time: KMS SSE or SQS SSE.",
      );
    }
    stored.SqsManagedSseEnabled = "false";
  } else if (isManaged || key === "") {
    stored.KmsMasterKeyId = "";
    stored.KmsDataKeyReusePeriodSeconds = "";
  }
}

/**
 * Reads the Attributes of CreateQueue (`isNew`) or SetQueueAttributes; throws for the first that
 * is wrong, so that a request is applied as a whole or not at all.
 */
export function readQueueAttributes(
  wire: Readonly<Record<string, string>>,
  kind: { readonly isFifo: boolean; readonly isNew: boolean },
): AttributeChange {
  const draft: Draft = { attributes: {}, stored: {}, ...kind };
  const names = Object.keys(wire);
  if (names.length > settableNames.length) throw tooMany(names.length);
  for (const [name, text] of Object.entries(wire)) {
    const set = table.get(name)?.set;
    if (set === undefined) throw unknownAttribute(name);
    set(text, draft);
  }
  settleEncryption(wire, draft.stored);
  const { attributes, stored } = draft;
  return { attributes, stored };
}

/** Whether FifoQueue, as it is written, makes a FIFO queue. */
export function saysFifo(text: string | undefined): boolean {
  return text?.toLowerCase() === "true";
}

/** Those of CreateQueue, which say themselves whether the queue is a FIFO queue. */
export function readNewQueueAttributes(wire: Readonly<Record<string, string>>): AttributeChange {
  return readQueueAttributes(wire, { isFifo: saysFifo(wire.FifoQueue), isNew: true });
}

/** The attributes that are asked for and set; `All` asks for every one. */
export function showQueueAttributes(
  queue: Queue,
  names: readonly string[],
): Record<string, string> {
  for (const name of names) {
    if (name !== "All" && !table.has(name)) throw unknownAttribute(name);
  }
  const all = names.includes("All");
  const view = new QueueView(queue);
  const shown: Record<string, string> = {};
  for (const [name, { show }] of table) {
    const text = all || names.includes(name) ? show(view) : undefined;
    if (text !== undefined) shown[name] = text;
  }
  return shown;
}
