/**
 * The inside of a queue, as one thread's broker sees it: where its verbs work and what its messages
 * need. Nobody outside this folder gets hold of it. Own thread only.
 */
import type { Inbox, QueueHandle } from "../../../bindings/index.ts";
import { findTracing, type Telemetry } from "../../tracing/telemetry.ts";
import { deleteTraced } from "../../tracing/verbs.ts";
import type { Message } from "../../types.ts";
import type { Known, QueueKey } from "../catalogue/catalogue.ts";
import type { Member } from "../threads/member.ts";
import { CapacityWait } from "../waiting/capacityWait.ts";
import type { MessageOwner } from "./message.ts";
import type { QueueContext, SharedContext } from "./queueContext.ts";
import { changeVisibility, deleteMessage } from "./settle.ts";

/** What the broker lends its queues. */
export interface QueueHost extends SharedContext {
  /** The inbox of asynchronous receives, read out before the next. */
  readonly inbox: Inbox;
  arnOf(incarnation: number): string | undefined;
  arnOfKey(key: QueueKey): string;
  /** Frees what a purge ended, in the background. */
  reclaim(queue: number): void;
}

export class QueueInternals implements QueueContext, MessageOwner {
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

  delete(message: Message | string): Promise<void> {
    const { telemetry } = this;
    if (telemetry === undefined) return deleteMessage(this, message);
    return deleteTraced(telemetry, this.name, message, () => deleteMessage(this, message));
  }

  changeVisibility(message: Message, visibilityTimeout: number): Promise<void> {
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
