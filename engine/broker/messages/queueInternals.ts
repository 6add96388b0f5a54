/**
 * The inside of a queue, as one thread's broker sees it: where its verbs work and what its messages
 * need. The verbs themselves are here, since not the queue alone calls them: its messages do, its
 * streams, and a test kit that stands in for one of them (interventions.ts). Nobody outside this folder
 * gets hold of it. Own thread only.
 */
import type { Inbox, QueueHandle } from "../../../bindings/index.ts";
import { findTracing, type Telemetry } from "../../tracing/telemetry.ts";
import {
  deleteBatchTraced,
  deleteTraced,
  receiveTraced,
  sendBatchTraced,
  sendTraced,
} from "../../tracing/verbs.ts";
import type {
  BatchResult,
  Body,
  Message,
  ReceiveOptions,
  SendBatchOptions,
  SendEntry,
  SendOptions,
  Sent,
} from "../../types.ts";
import type { Known, QueueKey } from "../catalogue/catalogue.ts";
import type { Member } from "../threads/member.ts";
import { CapacityWait } from "../waiting/capacityWait.ts";
import type { MessageOwner } from "./message.ts";
import type { QueueContext, SharedContext } from "./queueContext.ts";
import { receive } from "./receive.ts";
import { send, sendBatch } from "./send.ts";
import { changeVisibility, deleteBatch, deleteMessage } from "./settle.ts";

/** What the broker lends its queues. */
export interface QueueHost extends SharedContext {
  /** The inbox of asynchronous receives, read out before the next. */
  readonly inbox: Inbox;
  arnOf(incarnation: number): string | undefined;
  arnOfKey(key: QueueKey): string;
  /** Frees what a purge ended, in the background. */
  reclaim(queue: number): void;
}

/** What is done with a queue, whoever does it: a program, a message of its, the server. */
export interface Verbs {
  send(body: Body, options: SendOptions): Promise<Sent>;
  sendBatch(
    entries: readonly (Body | SendEntry)[],
    options: SendBatchOptions,
  ): Promise<BatchResult<Sent>>;
  /** `waitsForQuota`: instead of rejecting with RequestThrottled. */
  receive(options: ReceiveOptions, waitsForQuota: boolean): Promise<Message[]>;
  delete(message: Message | string): Promise<void>;
  deleteBatch(messages: readonly (Message | string)[]): Promise<BatchResult<void>>;
  changeVisibility(message: Message | string, visibilityTimeout: number): Promise<void>;
}

export class QueueInternals implements QueueContext, MessageOwner, Verbs {
  readonly account: string;
  readonly name: string;
  readonly isFifo: boolean;
  readonly shared: QueueHost;
  readonly member: Member;
  readonly queue: QueueHandle;
  readonly pace = new CapacityWait();

  constructor(host: QueueHost, { account, name, number, incarnation, details }: Known) {
    this.shared = host;
    this.member = host.member;
    this.account = account;
    this.name = name;
    this.queue = { number, incarnation };
    this.isFifo = details.attributes.fifoQueue === true;
  }

  /**
   * Undefined where this thread's program makes no traces, or the broker is to make none.
   * @internal Its type names an optional package, which a program's compiler may not find.
   */
  get telemetry(): Telemetry | undefined {
    return this.member.settings.tracing ? findTracing() : undefined;
  }

  send(body: Body, options: SendOptions): Promise<Sent> {
    const { telemetry } = this;
    if (telemetry === undefined) return send(this, body, options);
    return sendTraced(telemetry, this.name, options, (carried) =>
      send(this, body, options, carried),
    );
  }

  sendBatch(
    entries: readonly (Body | SendEntry)[],
    options: SendBatchOptions,
  ): Promise<BatchResult<Sent>> {
    const { telemetry } = this;
    if (telemetry === undefined) return sendBatch(this, entries, options);
    return sendBatchTraced(telemetry, this.name, entries, (carry) =>
      sendBatch(this, entries, options, carry),
    );
  }

  receive(options: ReceiveOptions, waitsForQuota: boolean): Promise<Message[]> {
    const { telemetry, shared } = this;
    const call = () => receive(this, shared.inbox, options, waitsForQuota);
    return telemetry === undefined ? call() : receiveTraced(telemetry, this.name, call);
  }

  delete(message: Message | string): Promise<void> {
    const { telemetry } = this;
    if (telemetry === undefined) return deleteMessage(this, message);
    return deleteTraced(telemetry, this.name, message, () => deleteMessage(this, message));
  }

  deleteBatch(messages: readonly (Message | string)[]): Promise<BatchResult<void>> {
    const { telemetry } = this;
    if (telemetry === undefined) return deleteBatch(this, messages);
    return deleteBatchTraced(telemetry, this.name, messages, () => deleteBatch(this, messages));
  }

  changeVisibility(message: Message | string, visibilityTimeout: number): Promise<void> {
    return changeVisibility(this, message, visibilityTimeout);
  }

  arnOf(incarnation: number): string | undefined {
    const arn = this.shared.arnOf(incarnation);
    if (arn !== undefined) return arn;
    const known = this.shared.catalogue.at(this.queue);
    const source = known?.formerSources.find((one) => one.incarnation === incarnation);
    return source && this.shared.arnOfKey({ account: this.account, name: source.name });
  }
}
