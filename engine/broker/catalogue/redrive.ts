/**
 * Redrive policies: which queue takes what another's consumers could not handle, whether it may, and
 * what the engine is told of it. Called when a queue is made, changed or listed, never for a message.
 * Sources: API Reference, SetQueueAttributes; Developer Guide, "dead-letter queues".
 */
import type { QueueSettings } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { accounts, parameterRanges, queueNames } from "../../limits.ts";
import type { RedrivePolicy } from "../../types.ts";
import type { Catalogue, Known, QueueKey } from "./catalogue.ts";

export function arnOf(region: string, { account, name }: QueueKey): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** Which queue has this ARN, if it may be one of this broker's, in its region; it need not exist. */
export function keyOfArn(region: string, arn: string): QueueKey | undefined {
  const prefix = `arn:aws:sqs:${region}:`;
  if (!arn.startsWith(prefix)) return undefined;
  const [account = "", name = "", ...more] = arn.slice(prefix.length).split(":");
  const isOne = accounts.pattern.test(account) && queueNames.pattern.test(name);
  return isOne && more.length === 0 ? { account, name } : undefined;
}

/** The queue with this ARN, now. */
export function findByArn(catalogue: Catalogue, region: string, arn: string): Known | undefined {
  const key = keyOfArn(region, arn);
  return key && catalogue.find(key);
}

export function isFifoName(name: string): boolean {
  return name.endsWith(queueNames.fifoSuffix);
}

/** The same policy with its keys in AWS's order and no others. */
export function canonicalPolicy({
  deadLetterTargetArn,
  maxReceiveCount,
}: RedrivePolicy): RedrivePolicy {
  return { deadLetterTargetArn, maxReceiveCount };
}

function refused(queue: string, policy: RedrivePolicy, reason: string): SluiceError {
  const text = JSON.stringify(canonicalPolicy(policy));
  return new SluiceError(
    "InvalidParameterValue",
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    { queue },
  );
}

/** Throws InvalidParameterValue for a policy that no queue can have. */
export function checkRedrivePolicy(queue: string, policy: RedrivePolicy | null | undefined): void {
  if (policy === undefined || policy === null) return;
  const { min, max } = parameterRanges.maxReceiveCount;
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (typeof deadLetterTargetArn !== "string") {
    throw refused(queue, policy, "deadLetterTargetArn is the ARN of a queue.");
  }
  if (Number.isInteger(maxReceiveCount) && maxReceiveCount >= min && maxReceiveCount <= max) return;
  throw refused(queue, policy, `maxReceiveCount is a whole number from ${min} to ${max}.`);
}

/**
 * Throws InvalidParameterValue when a queue, there or not, may not send its dead letters there: they
 * stay in its account. What another account has is not told.
 */
export function checkTarget(
  region: string,
  catalogue: Catalogue,
  queue: QueueKey,
  policy: RedrivePolicy | null | undefined,
): void {
  if (policy === undefined || policy === null) return;
  const { name } = queue;
  const target = keyOfArn(region, policy.deadLetterTargetArn);
  if (target !== undefined && target.account !== queue.account) {
    throw refused(name, policy, "Dead-letter target owner should be same as the source.");
  }
  const known = target && catalogue.find(target);
  if (known === undefined) throw refused(name, policy, "Dead letter target does not exist.");
  if (isFifoName(known.name) !== isFifoName(name)) {
    throw refused(name, policy, "A dead-letter queue is of the same kind as its source.");
  }
  if (!isAllowed(known, arnOf(region, queue))) {
    throw refused(name, policy, "The dead-letter queue's RedriveAllowPolicy does not allow it.");
  }
}

/** A document of which only the server has checked what it is; an object in any case. */
function parsed(text: string): { redrivePermission?: unknown; sourceQueueArns?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** What the RedriveAllowPolicy of a dead-letter queue says of a source; none allows all. */
function isAllowed(target: Known, sourceArn: string): boolean {
  const text = target.details.stored.RedriveAllowPolicy;
  if (text === undefined) return true;
  const { redrivePermission, sourceQueueArns } = parsed(text);
  if (redrivePermission !== "byQueue") return redrivePermission !== "denyAll";
  return Array.isArray(sourceQueueArns) && sourceQueueArns.includes(sourceArn);
}

/** What the engine is told: nothing while the dead-letter queue is not there. */
export function deadLettersOf(
  region: string,
  catalogue: Catalogue,
  policy: RedrivePolicy | undefined,
): QueueSettings["deadLetters"] {
  const known = policy && findByArn(catalogue, region, policy.deadLetterTargetArn);
  if (policy === undefined || known === undefined) return undefined;
  return { receivesMax: policy.maxReceiveCount, to: known };
}

/** The queues whose dead letters go to the queue with this ARN, in order of their names. */
export function sourcesOf(catalogue: Catalogue, arn: string): Known[] {
  const sources: Known[] = [];
  for (const known of catalogue.each()) {
    if (known.details.attributes.redrivePolicy?.deadLetterTargetArn === arn) sources.push(known);
  }
  return sources.sort((one, other) => (one.name < other.name ? -1 : 1));
}
