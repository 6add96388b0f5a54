/**
 * Stands in for the verbs of a broker's queues while there is a fault or a spy: asks the faults whether
 * one meets the call, does the call, tells the spy. One a broker and thread, made by the local controls.
 *
 * What it sees is what is done through queues, messages and streams of this thread's Broker, the server
 * on it included: each call that was answered, and each message in it. It does not see what other threads
 * do with theirs, nor a consumer's pool, which receives and deletes by ways of its own; nor what a stream
 * gives back when its loop is left. Own thread only.
 */
import type { Interventions } from "../broker/interventions.ts";
import type { Verbs } from "../broker/messages/queueInternals.ts";
import { AbortError } from "../broker/waiting/abort.ts";
import type { SluiceError } from "../errors.ts";
import type {
  BatchResult,
  Body,
  Message,
  Queue,
  ReceiveOptions,
  SendEntry,
  Sent,
} from "../types.ts";
import { textOf } from "./bodies.ts";
import type { CallFault, Faults, Met } from "./faults.ts";
import type { FaultRule, MessageAction, SpyEvent, SpyKind } from "./types.ts";

type Handle = Message | string;
type Details = Partial<Omit<SpyEvent, "number" | "kind" | "atMs" | "queue" | "account">>;

/** Who is told of what happens, if anybody. */
export interface Listener {
  note(event: Omit<SpyEvent, "number">): void;
  /** Messages of this queue may have become dead letters. */
  lookForDeadLetters(queue: Queue): void;
}

/** One queue's part: its verbs as they were, and what is asked and told around them. */
export class Attendant {
  readonly queue: Queue;
  readonly met: Met;
  readonly #verbs: Verbs;
  readonly #interventions: Interventions;
  readonly #faults: Faults;
  readonly #listener: () => Listener | undefined;

  constructor(
    queue: Queue,
    verbs: Verbs,
    interventions: Interventions,
    faults: Faults,
    listener: () => Listener | undefined,
  ) {
    this.queue = queue;
    this.met = { account: queue.account, name: queue.name };
    this.#verbs = verbs;
    this.#interventions = interventions;
    this.#faults = faults;
    this.#listener = listener;
  }

  /** What stands in for the verbs that answer promises. */
  verbs(): Verbs {
    return {
      send: (body, options) =>
        this.#call("SendMessage", true, options.signal, async () => {
          const sent = await this.#verbs.send(body, options);
          this.tellSent(sent, body);
          return sent;
        }),
      sendBatch: (entries, options) =>
        this.#call("SendMessageBatch", false, options.signal, () =>
          this.#inEntries("SendMessageBatch", entries, async (some) => {
            const result = await this.#verbs.sendBatch(some, options);
            for (const { index, value } of result.successful) {
              this.tellSent(value, some[index] as Body | SendEntry);
            }
            return result;
          }),
        ),
      receive: (options, waitsForQuota) => this.#receive(options, waitsForQuota),
      delete: (message) =>
        this.#call("DeleteMessage", true, undefined, async () => {
          if (this.losesDelete(message)) return;
          await this.#verbs.delete(message);
          this.tellHandle("deleted", message);
        }),
      deleteBatch: (messages) =>
        this.#call("DeleteMessageBatch", false, undefined, () => this.#deleteBatch(messages)),
      changeVisibility: (message, visibilityTimeout) =>
        this.#call("ChangeMessageVisibility", true, undefined, async () => {
          await this.#verbs.changeVisibility(message, visibilityTimeout);
          this.tellHandle("visibilityChanged", message, { visibilityTimeout });
        }),
    };
  }

  /** Of a call that can't wait: throws what fails it. */
  checkNow(action: MessageAction, isOne: boolean): void {
    const failure = this.#faults.call(this.met, action, isOne)?.failure;
    if (failure === undefined) return;
    this.#tellFault(failure.fault, { action });
    throw failure.error;
  }

  tellSent({ messageId }: Sent, entry: Body | SendEntry): void {
    this.tell("sent", { messageId, body: textOf(entry) });
  }

  /** Tells of what was received; answers which of it is to stay visible. */
  tellReceived(messages: readonly Message[]): Message[] {
    for (const { messageId, body, receiveCount } of messages) {
      this.tell("received", { messageId, body, receiveCount });
    }
    this.#listener()?.lookForDeadLetters(this.queue);
    if (this.queue.isFifo) return [];
    return messages.filter((message) => {
      if (!this.#faults.message(this.met, "duplicate")) return false;
      this.#tellFault("duplicate", { messageId: message.messageId });
      return true;
    });
  }

  /** Whether this deletion gets lost; what is no handle of the queue never does. */
  losesDelete(message: Handle): boolean {
    const messageId = this.#interventions.messageIdOf(this.queue, message);
    if (messageId === undefined || !this.#faults.message(this.met, "loseDelete")) return false;
    this.#tellFault("loseDelete", { messageId });
    return true;
  }

  tellHandle(kind: SpyKind, message: Handle, details: Details = {}): void {
    if (this.#listener() === undefined) return;
    const messageId = this.#interventions.messageIdOf(this.queue, message);
    this.tell(kind, { ...(messageId !== undefined && { messageId }), ...details });
  }

  tell(kind: SpyKind, details: Details): void {
    const listener = this.#listener();
    if (listener === undefined) return;
    const { name, account } = this.met;
    const atMs = this.#interventions.nowMs();
    listener.note({ kind, atMs, queue: name, account, ...details });
  }

  #tellFault(fault: FaultRule["fault"], details: Details): void {
    this.tell("fault", { fault, ...details });
  }

  async #receive(options: ReceiveOptions, waitsForQuota: boolean): Promise<Message[]> {
    return this.#call("ReceiveMessage", true, options.signal, async () => {
      const messages = await this.#verbs.receive(options, waitsForQuota);
      for (const message of this.tellReceived(messages)) {
        await this.#verbs.changeVisibility(message, 0);
      }
      return messages;
    });
  }

  #deleteBatch(messages: readonly Handle[]): Promise<BatchResult<void>> {
    if (!Array.isArray(messages)) return this.#verbs.deleteBatch(messages);
    return this.#inEntries("DeleteMessageBatch", messages, async (some) => {
      const lost: number[] = [];
      const kept: Handle[] = [];
      const places: number[] = [];
      for (const [index, message] of some.entries()) {
        if (this.losesDelete(message)) lost.push(index);
        else {
          kept.push(message);
          places.push(index);
        }
      }
      const result = await this.#verbs.deleteBatch(kept);
      const { successful, failed } = moved(result, places);
      for (const { index } of successful) this.tellHandle("deleted", some[index] as Handle);
      const answered = lost.map((index) => ({ index, value: undefined }));
      return { successful: inOrder([...successful, ...answered]), failed };
    });
  }

  /** Fails the entries that a fault meets, and does the rest. */
  async #inEntries<E, T>(
    action: MessageAction,
    entries: readonly E[],
    run: (some: readonly E[]) => Promise<BatchResult<T>>,
  ): Promise<BatchResult<T>> {
    if (!Array.isArray(entries)) return run(entries);
    const failed: { index: number; error: SluiceError }[] = [];
    const places: number[] = [];
    for (let index = 0; index < entries.length; index++) {
      const failure = this.#faults.entry(this.met, action);
      if (failure === undefined) places.push(index);
      else {
        failed.push({ index, error: failure.error });
        this.#tellFault(failure.fault, { action });
      }
    }
    if (failed.length === 0) return run(entries);
    const some = places.map((index) => entries[index] as E);
    const done = some.length === 0 ? { successful: [], failed: [] } : await run(some);
    const result = moved(done, places);
    return { successful: result.successful, failed: inOrder([...result.failed, ...failed]) };
  }

  /** Without a fault the call begins at once, as it would if nobody stood in. */
  #call<T>(
    action: MessageAction,
    isOne: boolean,
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    const fault = this.#faults.call(this.met, action, isOne);
    return fault === undefined ? run() : this.#befall(fault, action, signal, run);
  }

  async #befall<T>(
    fault: CallFault,
    action: MessageAction,
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    if (fault.delayMs > 0) {
      this.#tellFault("delay", { action });
      await this.#delay(fault, signal);
    }
    if (fault.failure === undefined) return run();
    this.#tellFault(fault.failure.fault, { action });
    throw fault.failure.error;
  }

  /** Until the time is over, the fault is removed or the call is aborted. */
  #delay({ delayMs, delaying }: CallFault, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      // The clock's timer keeps no process alive, and this call waits.
      const stay = setInterval(() => {}, 2 ** 30);
      const end = (): void => {
        clearInterval(stay);
        cancel();
        for (const { waiting } of delaying) waiting.delete(goOn);
        signal?.removeEventListener("abort", abort);
      };
      const goOn = (): void => {
        end();
        resolve();
      };
      const abort = (): void => {
        end();
        reject(new AbortError(signal as AbortSignal));
      };
      const cancel = this.#interventions.schedule(this.#interventions.nowMs() + delayMs, goOn);
      for (const { waiting } of delaying) waiting.add(goOn);
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
    });
  }
}

/** With the places that the entries had in the whole list. */
function moved<T>(
  { successful, failed }: BatchResult<T>,
  places: readonly number[],
): BatchResult<T> {
  const place = (index: number): number => places[index] as number;
  return {
    successful: successful.map(({ index, value }) => ({ index: place(index), value })),
    failed: failed.map(({ index, error }) => ({ index: place(index), error })),
  };
}

function inOrder<T extends { readonly index: number }>(list: readonly T[]): T[] {
  return [...list].sort((one, other) => one.index - other.index);
}
