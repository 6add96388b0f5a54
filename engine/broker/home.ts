/**
 * The inside of a queue, as one thread's broker sees it: where its verbs work and what its messages
 * need. Nobody outside this folder gets hold of it. Own thread only.
 */
import type { Inbox } from "../../bindings/index.ts";
import type { Message } from "../types.ts";
import type { Known } from "./catalogue.ts";
import type { Member } from "./member.ts";
import type { MessageHome } from "./message.ts";
import type { Desk, Place } from "./place.ts";
import { Room } from "./room.ts";
import { changeVisibility, deleteMessage } from "./settle.ts";

/** What the broker lends its queues. */
export interface QueueHost extends Desk {
  /** The inbox of asynchronous receives, read out before the next. */
  readonly inbox: Inbox;
  arnOf(incarnation: number): string | undefined;
  arnOfName(name: string): string;
  /** Frees what a purge ended, in the background. */
  reclaim(queue: number): void;
}

export class QueueHome implements Place, MessageHome {
  readonly name: string;
  readonly isFifo: boolean;
  readonly desk: QueueHost;
  readonly member: Member;
  readonly number: number;
  readonly incarnation: number;
  readonly pace = new Room();

  constructor(host: QueueHost, { name, number, incarnation, details }: Known) {
    this.desk = host;
    this.member = host.member;
    this.name = name;
    this.number = number;
    this.incarnation = incarnation;
    this.isFifo = details.attributes.fifoQueue === true;
  }

  delete(message: Message): Promise<void> {
    return deleteMessage(this, message);
  }

  changeVisibility(message: Message, visibilityTimeout: number): Promise<void> {
    return changeVisibility(this, message, visibilityTimeout);
  }

  arnOf(incarnation: number): string | undefined {
    const arn = this.desk.arnOf(incarnation);
    if (arn !== undefined) return arn;
    const known = this.desk.catalogue.at(this.number, this.incarnation);
    const source = known?.formerSources.find((one) => one.incarnation === incarnation);
    return source && this.desk.arnOfName(source.name);
  }
}
