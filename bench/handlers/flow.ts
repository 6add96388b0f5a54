/** What the three kinds of handler of a flow share: the receiver of the thread they run in. */
import type { HandlerContext } from "../../engine/index.ts";
import { Receiver } from "../flow/receiver.ts";
import type { ReceiverData } from "../flow/words.ts";

let receiver: Receiver | undefined;

export function setup({ data }: HandlerContext): void {
  receiver = new Receiver(data as ReceiverData);
}

export async function close(): Promise<void> {
  await here().tell();
}

export function here(): Receiver {
  if (receiver === undefined) throw new Error("a handler was called before its setup");
  return receiver;
}
