/**
 * The queues that a configuration file wants: each is checked on its own first (`planQueue`), and
 * made once there is a broker (`makeQueues`). On the main thread, before the server listens.
 *
 * A queue may name another one as its dead-letter queue before that one is made, or the other way
 * round: the attributes that speak of other queues are set last, when all queues are there. A
 * queue that is there already is given what the file says, and left alone where it has it, so that
 * starting twice is as starting once.
 */
import { isDeepStrictEqual } from "node:util";
import { checkQueueName } from "../broker/attributes.ts";
import type { Broker } from "../broker/broker.ts";
import { SluiceError } from "../errors.ts";
import {
  readQueueAttributes,
  settableNames,
  showQueueAttributes,
} from "../server/queueAttributes.ts";
import { checkTags } from "../server/tags.ts";
import type { Queue } from "../types.ts";
import type { Attempt, Setting } from "./setting.ts";
import { suggestion } from "./suggestion.ts";

/** An attribute as the wire has it, text, and where the file says it. */
interface PlannedAttribute {
  readonly text: string;
  readonly setting: Setting;
}

export interface PlannedQueue {
  readonly name: string;
  readonly setting: Setting;
  /** By AWS's names. */
  readonly attributes: ReadonlyMap<string, PlannedAttribute>;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

const tagsKey = "tags";

/** What speaks of other queues, in the order in which it is set; with the members it has. */
const references: ReadonlyMap<string, readonly string[]> = new Map([
  ["RedriveAllowPolicy", ["redrivePermission", "sourceQueueArns"]],
  ["RedrivePolicy", ["deadLetterTargetArn", "maxReceiveCount"]],
]);

/** Reads and checks what can be checked without a broker. */
export function planQueue(name: string, setting: Setting, attempt: Attempt): PlannedQueue {
  checkQueueName(name);
  const attributes = new Map<string, PlannedAttribute>();
  let tags: Record<string, string> | undefined;
  const entries = setting.entries();
  const isFifo = entries.some(
    ([key, value]) => key === "FifoQueue" && !value.isMap && value.text.toLowerCase() === "true",
  );
  for (const [key, value] of entries) {
    attempt(value, () => {
      if (key === tagsKey) tags = readTags(value);
      else attributes.set(key, { text: readAttribute(key, value, isFifo), setting: value });
    });
  }
  return { name, setting, attributes, tags };
}

function readTags(setting: Setting): Record<string, string> {
  return checkTags(Object.fromEntries(setting.entries().map(([key, tag]) => [key, tag.text])));
}

/** An attribute's text, which JSON documents may have as text or as they are. */
function readAttribute(name: string, setting: Setting, isFifo: boolean): string {
  if (!settableNames.includes(name)) {
    const near = suggestion(name, [...settableNames, tagsKey]);
    throw setting.error(`There is no such attribute${near || "."}`);
  }
  const members = references.get(name);
  for (const [key, member] of members && setting.isMap ? setting.entries() : []) {
    if (members?.includes(key)) continue;
    throw member.error(`There is no such member${suggestion(key, members ?? []) || "."}`);
  }
  const text = setting.isMap ? JSON.stringify(setting.json) : setting.text;
  readQueueAttributes({ [name]: text }, { isFifo, isNew: true });
  return text;
}

/**
 * Makes the queues, or brings those that are there to what the file says. Throws SettingError for
 * the first that can't be.
 */
export async function makeQueues(broker: Broker, plans: readonly PlannedQueue[]): Promise<void> {
  for (const plan of plans) {
    await told(plan.setting, () => makeQueue(broker, plan));
  }
  for (const name of references.keys()) {
    for (const { name: queue, attributes } of plans) {
      const attribute = attributes.get(name);
      if (attribute === undefined) continue;
      await told(attribute.setting, async () => {
        const text = withArns(broker, attribute.text);
        await setAttributes(await broker.getQueue(queue), { [name]: text });
      });
    }
  }
}

/** What the broker refuses is a mistake in the file, at that place. */
async function told(setting: Setting, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof SluiceError ? setting.error(error.message) : error;
  }
}

async function makeQueue(broker: Broker, plan: PlannedQueue): Promise<void> {
  const { name, attributes, tags } = plan;
  const texts: Record<string, string> = {};
  for (const [key, { text }] of attributes) if (!references.has(key)) texts[key] = text;
  const found = broker.findQueue(name);
  if (found === undefined) {
    const isFifo = texts.FifoQueue?.toLowerCase() === "true";
    const change = readQueueAttributes(texts, { isFifo, isNew: true });
    const { stored } = change;
    await broker.createQueue(name, change.attributes, { stored, ...(tags && { tags }) });
    return;
  }
  await setAttributes(found, texts);
  if (tags === undefined || isDeepStrictEqual({ ...found.details().tags }, tags)) return;
  await found.update({ tags });
}

/** Sets what is not so already. */
async function setAttributes(queue: Queue, texts: Readonly<Record<string, string>>): Promise<void> {
  const shown = showQueueAttributes(queue, Object.keys(texts));
  const changed = Object.entries(texts).filter(([key, text]) => (shown[key] ?? "") !== text);
  if (changed.length === 0) return;
  const kind = { isFifo: queue.isFifo, isNew: false };
  await queue.update(readQueueAttributes(Object.fromEntries(changed), kind));
}

/** A policy's text with the ARN of each queue that it calls by name. */
function withArns(broker: Broker, text: string): string {
  if (text === "") return text;
  const arnOf = (queue: unknown): unknown => {
    if (typeof queue !== "string" || queue.startsWith("arn:")) return queue;
    const found = broker.findQueue(queue);
    if (found !== undefined) return found.arn;
    throw new SluiceError("QueueDoesNotExist", `There is no queue ${queue}.`);
  };
  const policy = JSON.parse(text) as Record<string, unknown>;
  const { deadLetterTargetArn: target, sourceQueueArns: sources } = policy;
  if (target !== undefined) policy.deadLetterTargetArn = arnOf(target);
  if (Array.isArray(sources)) policy.sourceQueueArns = sources.map(arnOf);
  return JSON.stringify(policy);
}
