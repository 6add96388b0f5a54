/**
 * The queues that a file wants, of a server or of a scenario: each is checked on its own first
 * (`readQueue`), and made once there is a broker (`makeQueues`). On the main thread. What
 * only a broker can tell of a file that has other mistakes is told by one that is opened for it and
 * closed again (`rehearse`), so that one run tells all.
 *
 * A queue may name another one as its dead-letter queue before that one is made, or the other way
 * round: the attributes that speak of other queues are set last, when all queues are there. A
 * queue that is there already is given what the file says, and left alone where it has it, so that
 * starting twice is as starting once.
 */
import { isDeepStrictEqual } from "node:util";
import { SluiceError } from "../../errors.ts";
import { queueNames } from "../../limits.ts";
import { suggestion } from "../../suggestion.ts";
import type { BrokerOptions, Queue } from "../../types.ts";
import { Broker } from "../broker.ts";
import { checkQueueName } from "../catalogue/attributes.ts";
import {
  readNewQueueAttributes,
  readQueueAttributes,
  saysFifo,
  settableNames,
  showQueueAttributes,
} from "./queueAttributes.ts";
import type { Attempt, Setting } from "./setting.ts";
import { SettingError } from "./settingError.ts";
import { checkTags } from "./tags.ts";

/** An attribute as the wire has it, text, and where the file says it. */
interface PlannedAttribute {
  readonly text: string;
  readonly setting: Setting;
}

export interface DescribedQueue {
  /** Whose queue it is; undefined: the broker's own account's. */
  readonly account: string | undefined;
  readonly name: string;
  readonly setting: Setting;
  /** False where it can't be made for a reason that has been told. */
  readonly isSound: boolean;
  /** By AWS's names. */
  readonly attributes: ReadonlyMap<string, PlannedAttribute>;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

const twice = "The file has this queue a second time, once with its account and once without.";
const tagsKey = "tags";
const fifoKey = "FifoQueue";

/** What speaks of other queues, in the order in which it is set; with the members it has. */
const references: ReadonlyMap<string, readonly string[]> = new Map([
  ["RedriveAllowPolicy", ["redrivePermission", "sourceQueueArns"]],
  ["RedrivePolicy", ["deadLetterTargetArn", "maxReceiveCount"]],
]);

/** Reads and checks what can be checked without a broker. */
export function readQueue(
  name: string,
  setting: Setting,
  attempt: Attempt,
  account?: string,
): DescribedQueue {
  checkQueueName(name);
  const attributes = new Map<string, PlannedAttribute>();
  let tags: Record<string, string> | undefined;
  let entries: [string, Setting][] = [];
  attempt(setting, () => {
    entries = setting.entries();
  });
  const kind = entries.find(([key]) => key === fifoKey)?.[1];
  const isFifo = kind?.isValue === true && saysFifo(kind.text);
  for (const [key, value] of entries) {
    attempt(value, () => {
      if (key === tagsKey) tags = readTags(value);
      else attributes.set(key, { text: readAttribute(key, value, isFifo), setting: value });
    });
  }
  let isSound = false;
  // A kind that could not be read has been told.
  if (kind === undefined || attributes.has(fifoKey)) {
    attempt(kind ?? setting, () => {
      checkKind(name, isFifo);
      isSound = true;
    });
  }
  return { account, name, setting, isSound, attributes, tags };
}

/** A queue's name says whether it is FIFO, and so does its attribute. */
function checkKind(name: string, isFifo: boolean): void {
  const { fifoSuffix } = queueNames;
  if (name.endsWith(fifoSuffix) === isFifo) return;
  throw new SluiceError(
    "InvalidParameterValue",
    isFifo
      ? `A FIFO queue's name ends in ${fifoSuffix}: call it ${name}${fifoSuffix}, or leave ${fifoKey} out.`
      : `A queue whose name ends in ${fifoSuffix} is FIFO: give it ${fifoKey}: true, or another name.`,
  );
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
 * Makes the queues, or brings those that are there to what the file says. Resolves with what could
 * not be done, a mistake for each queue and reference.
 */
export async function makeQueues(
  broker: Broker,
  plans: readonly DescribedQueue[],
): Promise<SettingError[]> {
  const mistakes: SettingError[] = [];
  const told = async (setting: Setting, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SluiceError || error instanceof SettingError)) throw error;
      mistakes.push(error instanceof SluiceError ? setting.error(error.message) : error);
    }
  };
  /** How each queue was written; one that is written twice alike has been told. */
  const seen = new Map<string, string | undefined>();
  for (const plan of plans) {
    const { account = broker.account, name } = plan;
    await told(plan.setting, async () => {
      const key = `${account}/${name}`;
      if (seen.has(key) && seen.get(key) !== plan.account) throw plan.setting.error(twice);
      seen.set(key, plan.account);
      if (plan.isSound) await makeQueue(broker, plan);
    });
  }
  for (const key of references.keys()) {
    for (const plan of plans) {
      const attribute = plan.attributes.get(key);
      const queue = broker.findQueue(plan.name, { account: plan.account });
      if (attribute === undefined || queue === undefined) continue;
      await told(attribute.setting, async () => {
        const text = withArns(attribute.text, new Neighbours(broker, queue, plans));
        if (text !== undefined) await setAttributes(queue, { [key]: text });
      });
    }
  }
  return mistakes;
}

/** What `makeQueues` would find wrong, in a broker of these plans' own. */
export async function rehearse(
  plans: readonly DescribedQueue[],
  options: Pick<BrokerOptions, "account" | "region">,
): Promise<SettingError[]> {
  if (plans.length === 0) return [];
  const broker = await Broker.open(options);
  try {
    return await makeQueues(broker, plans);
  } finally {
    await broker.close();
  }
}

async function makeQueue(broker: Broker, plan: DescribedQueue): Promise<void> {
  const { account, name, attributes, tags } = plan;
  const texts: Record<string, string> = {};
  for (const [key, { text }] of attributes) if (!references.has(key)) texts[key] = text;
  const found = broker.findQueue(name, { account });
  if (found === undefined) {
    const { attributes: own, stored } = readNewQueueAttributes(texts);
    await broker.createQueue(name, own, { account, stored, ...(tags && { tags }) });
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

/** The queues that a queue's policies may call by their names: those of its account. */
class Neighbours {
  /** Those that the file has. */
  readonly names: readonly string[];
  readonly #broker: Broker;
  readonly #account: string;

  constructor(broker: Broker, { account }: Queue, plans: readonly DescribedQueue[]) {
    this.#broker = broker;
    this.#account = account;
    const own = plans.filter((plan) => (plan.account ?? broker.account) === account);
    this.names = own.map(({ name }) => name);
  }

  find(name: string): Queue | undefined {
    return this.#broker.findQueue(name, { account: this.#account });
  }
}

/**
 * A policy's text with the ARN of each queue that it calls by name. Undefined where it calls one of
 * the file's that could not be made, which has been told.
 */
function withArns(text: string, neighbours: Neighbours): string | undefined {
  const { names } = neighbours;
  if (text === "") return text;
  const policy = JSON.parse(text) as Record<string, unknown>;
  const { deadLetterTargetArn: target, sourceQueueArns: sources } = policy;
  for (const queue of [target, ...(Array.isArray(sources) ? sources : [])]) {
    if (typeof queue !== "string") continue;
    const name = queue.slice(queue.lastIndexOf(":") + 1);
    if (neighbours.find(name) !== undefined) continue;
    if (names.includes(name)) return undefined;
    if (isArn(queue)) continue;
    const near = suggestion(name, names) || "; the file may make it.";
    throw new SluiceError("QueueDoesNotExist", `There is no queue ${name}${near}`);
  }
  const arnOf = (queue: unknown) =>
    typeof queue === "string" && !isArn(queue) ? neighbours.find(queue)?.arn : queue;
  if (target !== undefined) policy.deadLetterTargetArn = arnOf(target);
  if (Array.isArray(sources)) policy.sourceQueueArns = sources.map(arnOf);
  return JSON.stringify(policy);
}

/** What is no name of a queue; the broker says what is wrong with an ARN. */
function isArn(queue: string): boolean {
  return queue.startsWith("arn:");
}
