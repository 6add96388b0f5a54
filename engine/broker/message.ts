/**
 * A received message and the receipt of a sent one, as objects of their own: they stay what they
 * are whatever is received next. Ids, receipt handle, MD5 and attributes are made when first read.
 */
import {
  DEDUPLICATION,
  GROUP,
  type Inbox,
  type Receipt,
  SENDER,
  TRACE,
} from "../../bindings/index.ts";
import type { AttributeValue, Body, Message, Sent } from "../types.ts";
import { md5 } from "./checksum.ts";
import { sequenceNumber } from "./fifo.ts";
import type { Member } from "./member.ts";
import { unpackAttributes } from "./messageAttributes.ts";

/** What a message needs of the queue it came from. */
export interface MessageHome {
  readonly member: Member;
  readonly isFifo: boolean;
  readonly incarnation: number;
  /** The ARN of the queue with this incarnation; of one that is no more, where its name was kept. */
  arnOf(incarnation: number): string | undefined;
  delete(message: Message): Promise<void>;
  changeVisibility(message: Message, visibilityTimeout: number): Promise<void>;
}

export class ReceivedMessage implements Message {
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  readonly senderId: string;
  declare readonly messageGroupId?: string;
  declare readonly messageDeduplicationId?: string;
  declare readonly sequenceNumber?: string;
  declare readonly awsTraceHeader?: string;
  declare readonly deadLetterQueueSourceArn?: string;
  readonly #home: MessageHome;
  readonly #slot: number;
  readonly #sequenceLow: number;
  readonly #sequenceHigh: number;
  readonly #birthLow: number;
  readonly #birthHigh: number;
  #text: string | undefined;
  #bytes: Uint8Array | undefined;
  readonly #packed: Uint8Array | undefined;
  #attributes: Readonly<Record<string, AttributeValue>> | undefined;
  #messageId: string | undefined;
  #receiptHandle: string | undefined;
  #md5: string | undefined;

  /** Takes message `index` out of the inbox; `wallShiftMs` is the member's, asked once a receive. */
  constructor(home: MessageHome, inbox: Inbox, index: number, wallShiftMs: number) {
    this.#home = home;
    this.receiveCount = inbox.receiveCount(index);
    this.sentAtMs = inbox.sentAtMs(index) + wallShiftMs;
    this.firstReceivedAtMs = inbox.firstReceivedAtMs(index) + wallShiftMs;
    this.#slot = inbox.slot(index);
    this.#sequenceLow = inbox.sequenceLow(index);
    this.#sequenceHigh = inbox.sequenceHigh(index);
    if (home.isFifo) this.sequenceNumber = sequenceNumber(this.#sequenceLow, this.#sequenceHigh);
    this.#birthLow = inbox.birthLow(index);
    this.#birthHigh = inbox.birthHigh(index);
    if (inbox.isText(index)) this.#text = inbox.text(index);
    else this.#bytes = inbox.bytes(index);
    const packed = inbox.attributes(index);
    this.#packed = packed === undefined ? undefined : new Uint8Array(packed);
    this.senderId = inbox.prelude(index, SENDER) || home.member.settings.account;
    const group = inbox.prelude(index, GROUP);
    if (group !== "") this.messageGroupId = group;
    const deduplication = inbox.prelude(index, DEDUPLICATION);
    if (deduplication !== "") this.messageDeduplicationId = deduplication;
    const trace = inbox.prelude(index, TRACE);
    if (trace !== "") this.awsTraceHeader = trace;
    const source = inbox.source(index);
    const sourceArn = source === 0 ? undefined : home.arnOf(source);
    if (sourceArn !== undefined) this.deadLetterQueueSourceArn = sourceArn;
  }

  get messageId(): string {
    this.#messageId ??= this.#home.member.messageId(this.#birthLow, this.#birthHigh);
    return this.#messageId;
  }

  get body(): string {
    this.#text ??= Buffer.from(this.bytes).toString();
    return this.#text;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= new Uint8Array(Buffer.from(this.#text ?? ""));
    return this.#bytes;
  }

  get receiptHandle(): string {
    this.#receiptHandle ??= this.#home.member.receiptHandle(this.receipt);
    return this.#receiptHandle;
  }

  get md5OfBody(): string {
    this.#md5 ??= md5(this.#text ?? this.bytes);
    return this.#md5;
  }

  get messageAttributes(): Readonly<Record<string, AttributeValue>> {
    this.#attributes ??= unpackAttributes(this.#packed);
    return this.#attributes;
  }

  /** What the engine knows this receive by. */
  get receipt(): Receipt {
    return {
      incarnation: this.#home.incarnation,
      slot: this.#slot,
      receiveCount: this.receiveCount,
      sequenceLow: this.#sequenceLow,
      sequenceHigh: this.#sequenceHigh,
      birthLow: this.#birthLow,
      birthHigh: this.#birthHigh,
    };
  }

  delete(): Promise<void> {
    return this.#home.delete(this);
  }

  changeVisibility(visibilityTimeout: number): Promise<void> {
    return this.#home.changeVisibility(this, visibilityTimeout);
  }
}

export class SentMessage implements Sent {
  declare readonly sequenceNumber?: string;
  readonly #member: Member;
  readonly #body: Body;
  readonly #birthLow: number;
  readonly #birthHigh: number;
  #messageId: string | undefined;
  #md5: string | undefined;

  /** What send record `record` of the thread's outbox was given; a duplicate has the original's. */
  constructor(
    { member, isFifo }: Pick<MessageHome, "member" | "isFifo">,
    body: Body,
    record: number,
  ) {
    const { outbox } = member.engine;
    this.#member = member;
    this.#body = body;
    this.#birthLow = outbox.birthLow(record);
    this.#birthHigh = outbox.birthHigh(record);
    if (!isFifo) return;
    this.sequenceNumber = sequenceNumber(outbox.sequenceLow(record), outbox.sequenceHigh(record));
  }

  get messageId(): string {
    this.#messageId ??= this.#member.messageId(this.#birthLow, this.#birthHigh);
    return this.#messageId;
  }

  get md5OfBody(): string {
    this.#md5 ??= md5(this.#body);
    return this.#md5;
  }
}
