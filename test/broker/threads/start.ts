/** Starts the other threads of the broker's tests. */
import { Worker } from "node:worker_threads";
import type { Broker } from "../../../engine/broker/broker.ts";
import { SluiceError } from "../../../engine/errors.ts";
import type { BrokerHandle } from "../../../engine/types.ts";

export interface Thread<T> {
  readonly worker: Worker;
  /** It has attached. What it posted then. */
  readonly ready: Promise<{ handle?: BrokerHandle }>;
  /** What its role returned. */
  readonly result: Promise<T>;
  readonly exit: Promise<number>;
}

/** A thread that plays `role` (worker.mjs) in this broker. */
export function startThread<T>(
  broker: Broker | undefined,
  role: string,
  options: Record<string, unknown> = {},
): Thread<T> {
  const handle = broker?.share();
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), {
    workerData: { handle, role, options },
    transferList: handle === undefined ? [] : [handle.port],
    execArgv: [],
  });
  type Message = { ready?: true; result?: T; handle?: BrokerHandle };
  const message = (isWanted: (message: Message) => boolean): Promise<Message> => {
    const found = new Promise<Message>((resolve, reject) => {
      worker.on("message", (one: Message) => {
        if (isWanted(one)) resolve(one);
      });
      worker.on("error", reject);
    });
    found.catch(() => undefined);
    return found;
  };
  return {
    worker,
    ready: message(({ ready }) => ready === true),
    result: message(({ ready }) => ready !== true).then(({ result }) => result as T),
    exit: new Promise<number>((resolve) => worker.once("exit", resolve)),
  };
}

/**
 * Tries again while all threads are taken: a number comes back when the steward has seen to it.
 * `onFirst` is called when it was not back at the first try.
 */
export async function shareSoon(
  broker: Broker,
  onFirst: () => void = () => undefined,
): Promise<BrokerHandle> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return broker.share();
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== "OverLimit") throw error;
      if (isFirst) onFirst();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
