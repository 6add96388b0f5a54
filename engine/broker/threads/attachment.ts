/**
 * How a thread joins a broker: what the opener puts into the handle's port, and the few messages
 * that go over it afterwards. A handle is one thread's: it carries the number that this thread shall
 * have, taken when the handle was made, so that no death between two steps loses one. The other end
 * of the port is the watch's; its closing without a word is how a death is seen.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Engine, EngineShare } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { BrokerHandle } from "../../types.ts";
import type { BrokerSettings } from "./options.ts";

/** What a handle's port holds until the thread attaches. */
export interface Welcome {
  readonly share: EngineShare;
  readonly settings: BrokerSettings;
}

/** What an attached thread tells the watch. */
export type Word =
  /** It has left in order and does not call any more. */
  | { readonly kind: "left" }
  /** Nothing: that it can be said shows that there is somebody at the other end. */
  | { readonly kind: "there" }
  /** It shared the broker with another thread, which has this number. */
  | { readonly kind: "shared"; readonly port: MessagePort; readonly thread: number };

/** What the watch tells an attached thread: memory is full, give back what you have in stock. */
export type Ask = "stock";

/** A handle for one more thread, and the watch's end of its port. */
export function makeHandle(
  engine: Engine,
  settings: BrokerSettings,
): { handle: BrokerHandle; port: MessagePort; thread: number } {
  const share = engine.share();
  if (share === undefined) {
    throw new SluiceError(
      "OverLimit",
      "All threads that this broker was opened for are taken; open it with more threadsMax.",
    );
  }
  const { port1, port2 } = new MessageChannel();
  const welcome: Welcome = { share, settings };
  port1.postMessage(welcome);
  return { handle: { port: port2 }, port: port1, thread: share.thread };
}

/** What the opener put into the handle; throws when it was taken out before. */
export function takeWelcome(handle: BrokerHandle): Welcome {
  const received = receiveMessageOnPort(handle.port) as { message: Welcome | Ask } | undefined;
  if (typeof received?.message === "object") return received.message;
  throw new SluiceError(
    "InvalidParameterValue",
    "This handle was used before, or did not come from share(); every thread needs its own.",
  );
}

/**
 * Whether the watch still holds the other end of an attached thread's port, and with it whether
 * the opener lives. For threads that block: no event tells them. Node answers false for a message
 * that nobody can get any more, though its types don't say so.
 */
export function isWatchThere(port: MessagePort): boolean {
  const word: Word = { kind: "there" };
  const answer: unknown = port.postMessage(word);
  return answer !== false;
}
