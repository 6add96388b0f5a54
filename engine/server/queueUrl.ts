/**
 * Queue URLs: made from the host that the client used, and resolved by their path alone.
 * Clients keep a queue's URL and send it back from wherever they are, so the host in it means
 * nothing; AWS accepts a bare queue name as well.
 */
import type { Broker } from "../broker/broker.ts";
import { SluiceError } from "../errors.ts";
import type { Queue } from "../types.ts";

const accountPattern = /^\d{12}$/;

const queuePath = /^\/\d{12}\/[^/]+\/?$/;

/** True for a path that has the form of a queue's: its account and its name. */
export function isQueuePath(path: string): boolean {
  return queuePath.test(path);
}

/** `http://HOST/ACCOUNT/NAME`. */
export function queueUrl(origin: string, account: string, name: string): string {
  return `${origin}/${account}/${name}`;
}

/**
 * The queue that a QueueUrl names by its last segment. A segment of twelve digits before it must
 * be this broker's account: another account's queues are not here. Throws QueueDoesNotExist, also
 * for an absent, empty or meaningless URL, as AWS does.
 */
export function resolveQueue(broker: Broker, url: string | undefined): Queue {
  const text = url ?? "";
  const slash = text.lastIndexOf("/");
  const name = text.slice(slash + 1);
  const account = slash > 0 ? text.slice(text.lastIndexOf("/", slash - 1) + 1, slash) : "";
  const isElsewhere = account !== broker.account && accountPattern.test(account);
  const queue = isElsewhere ? undefined : broker.findQueue(name);
  if (queue === undefined) throw noSuchQueue(name);
  return queue;
}

export function noSuchQueue(name: string): SluiceError {
  return new SluiceError("QueueDoesNotExist", "The specified queue does not exist.", {
    queue: name,
  });
}
