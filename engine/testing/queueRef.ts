/** How a test names a queue: by its name, its URL, `ACCOUNT/NAME`, or a Queue object. Pure. */
import { SluiceError } from "../errors.ts";
import { accounts } from "../limits.ts";
import type { QueueKey } from "./controls.ts";
import { shown } from "./shown.ts";
import type { QueueRef } from "./types.ts";

const arnPattern = /^arn:[^:]*:sqs:[^:]*:(\d{12}):([^:]+)$/;

/** Throws InvalidParameterValue for what names none. */
export function queueKeyOf(ref: QueueRef): QueueKey {
  if (typeof ref === "string") return keyOfText(ref);
  if (typeof ref === "object" && ref !== null && typeof ref.name === "string") {
    const { name, account } = ref;
    return account === undefined ? { name } : { name, account };
  }
  throw unnamed(ref);
}

function keyOfText(text: string): QueueKey {
  const [, ofArn, inArn] = arnPattern.exec(text) ?? [];
  if (inArn !== undefined) return { name: inArn, account: ofArn };
  const segments = text
    .replace(/^[a-z][\w+.-]*:\/\/[^/]*/i, "")
    .split("/")
    .filter((one) => one !== "");
  const [name, before] = [segments.at(-1), segments.at(-2)];
  if (name === undefined) throw unnamed(text);
  return before !== undefined && accounts.pattern.test(before)
    ? { name, account: before }
    : { name };
}

function unnamed(ref: unknown): SluiceError {
  return new SluiceError(
    "InvalidParameterValue",
    `A queue is its name, its URL, its ARN, "ACCOUNT/NAME" or a Queue, not ${shown(ref)}.`,
  );
}
