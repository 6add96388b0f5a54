/**
 * A received message and the receipt of a sent one, as objects of their own: they stay what they
 * are whatever is received next. Ids, receipt handle, MD5 and attributes are made when first read.
 */
import { type InspectOptionsStylized, inspect } from "node:util";
import {
  DEDUPLICATION,
  GROUP,
  type Inbox,
  type QueueHandle,
  type Receipt,
  SENDER,
  TRACE,
} from "../../../bindings/index.ts";
import type { AttributeValue, Body, Message, Sent } from "../../types.ts";
import { addLazy } from "../face/lazy.ts";
import { shownAs } from "../face/shown.ts";
import type { Member } from "../threads/member.ts";
import { md5 } from "./checksum.ts";
import { sequenceNumber } from "./fifo.ts";
import { attributesAsJson, unpackAttributes } from "./messageAttributes.ts";

/** What a message needs of the queue it came from. */
export interface MessageOwner {
  readonly member: Member;
  readonly isFifo: boolean;
  readonly queue: QueueHandle;
  /** The ARN of the queue with this incarnation; of one that is no more, where its name was kept. */
  arnOf(incarnation: number): string | undefined;
  delete(message: Message): Promise<void>;
  changeVisibility(message: Message, visibilityTimeout: number): Promise<void>;
}

const NO_ATTRIBUTES: Message["messageAttributes"] = Object.freeze(Object.create(null));

/** The object's own members but for those that can't be made any more: their broker was closed. */
function readable(object: object): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    try {
      members[name] = get === undefined ? value : get.call(object);
    } catch {
      // Left out: who looks at an object wants no error.
    }
  }
  return members;
}

function decoded(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

export class ReceivedMessage implements Message {
  declare readonly messageId: string;
  declare readonly body: string;
  declare readonly receiptHandle: string;
  declare readonly md5OfBody: string;
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  readonly senderId: string;
  declare readonly messageGroupId?: string;
  declare readonly messageDeduplicationId?: string;
  declare readonly sequenceNumber?: string;
  declare readonly awsTraceHeader?: string;
  declare readonly deadLetterQueueSourceArn?: string;
  declare readonly messageAttributes: Readonly<Record<string, AttributeValue>>;
  readonly #internals: MessageOwner;
  readonly #slot: number;
  readonly #sequenceLow: number;
  readonly #sequenceHigh: number;
  readonly #birthLow: number;
  readonly #birthHigh: number;
  #text: string | undefined;
  /** The text's UTF-8 until it is decoded: ten nanoseconds a byte, so a long one is when it is read. */
  #encoded: Uint8Array | undefined;
  #bytes: Uint8Array | undefined;
  readonly #packed: Uint8Array | undefined;
  #attributes: Readonly<Record<string, AttributeValue>> | undefined;
  #messageId: string | undefined;
  #receiptHandle: string | undefined;
  #md5: string | undefined;

  static readonly #ids = {
    messageId(this: ReceivedMessage): string {
      this.#messageId ??= this.#internals.member.messageId(this.#birthLow, this.#birthHigh);
      return this.#messageId;
    },
    receiptHandle(this: ReceivedMessage): string {
      this.#receiptHandle ??= this.#internals.member.receiptHandle(this.#receipt);
      return this.#receiptHandle;
    },
    md5OfBody(this: ReceivedMessage): string {
      this.#md5 ??= md5(this.#text ?? this.#encoded ?? this.bytes);
      return this.#md5;
    },
  };
  static readonly #ofEncoded = {
    body(this: ReceivedMessage): string {
      this.#text ??= decoded(this.#encoded);
      this.#encoded = undefined;
      return this.#text;
    },
  };
  static readonly #ofBytes = {
    body(this: ReceivedMessage): string {
      this.#text ??= decoded(this.bytes);
      return this.#text;
    },
    bytes(this: ReceivedMessage): Uint8Array {
      return this.#bytes as Uint8Array;
    },
  };
  static readonly #ofPacked = {
    messageAttributes(this: ReceivedMessage): Readonly<Record<string, AttributeValue>> {
      this.#attributes ??= unpackAttributes(this.#packed);
      return this.#attributes;
    },
  };

  /** What the engine knows a receive by; undefined for what is no message of this class, or only peeked. */
  static receiptOf(message: unknown): Receipt | undefined {
    const isOurs = typeof message === "object" && message !== null && #internals in message;
    return isOurs && message.hasReceipt ? message.#receipt : undefined;
  }

  /** By what the engine knows the message, also where nobody received it: for interventions alone. */
  static placeOf(message: Message): Receipt {
    return (message as ReceivedMessage).#receipt;
  }

  /** Bytes of body and attributes, as far as that is known without reading them; 0 for no message of this class. */
  static contentBytesOf(message: Message): number {
    if (!(#internals in message)) return 0;
    const body = message.#text ?? message.#encoded ?? message.#bytes;
    return (body?.length ?? 0) + (message.#packed?.length ?? 0);
  }

  /** Takes message `index` out of the inbox; `wallShiftMs` is the member's, asked once a receive. */
  constructor(internals: MessageOwner, inbox: Inbox, index: number, wallShiftMs: number) {
    this.#internals = internals;
    this.#slot = inbox.slot(index);
    this.#sequenceLow = inbox.sequenceLow(index);
    this.#sequenceHigh = inbox.sequenceHigh(index);
    this.#birthLow = inbox.birthLow(index);
    this.#birthHigh = inbox.birthHigh(index);
    this.receiveCount = inbox.receiveCount(index);
    addLazy<ReceivedMessage>(this, ReceivedMessage.#ids);
    if (inbox.isLongText(index)) {
      this.#encoded = inbox.bytes(index);
      addLazy<ReceivedMessage>(this, ReceivedMessage.#ofEncoded);
    } else if (inbox.isText(index)) {
      this.#text = inbox.text(index);
      this.body = this.#text;
    } else {
      this.#bytes = inbox.bytes(index);
      addLazy<ReceivedMessage>(this, ReceivedMessage.#ofBytes);
    }
    this.sentAtMs = inbox.sentAtMs(index) + wallShiftMs;
    this.firstReceivedAtMs = inbox.firstReceivedAtMs(index) + wallShiftMs;
    if (internals.isFifo)
      this.sequenceNumber = sequenceNumber(this.#sequenceLow, this.#sequenceHigh);
    this.senderId = inbox.prelude(index, SENDER) || internals.member.settings.account;
    const group = inbox.prelude(index, GROUP);
    if (group !== "") this.messageGroupId = group;
    const deduplication = inbox.prelude(index, DEDUPLICATION);
    if (deduplication !== "") this.messageDeduplicationId = deduplication;
    const trace = inbox.prelude(index, TRACE);
    if (trace !== "") this.awsTraceHeader = trace;
    const source = inbox.source(index);
    const sourceArn = source === 0 ? undefined : internals.arnOf(source);
    if (sourceArn !== undefined) this.deadLetterQueueSourceArn = sourceArn;
    const packed = inbox.attributes(index);
    if (packed === undefined) {
      this.messageAttributes = NO_ATTRIBUTES;
    } else {
      this.#packed = new Uint8Array(packed);
      addLazy<ReceivedMessage>(this, ReceivedMessage.#ofPacked);
    }
  }

  get bytes(): Uint8Array {
    this.#bytes ??= new Uint8Array(this.#encoded ?? Buffer.from(this.#text ?? ""));
    return this.#bytes;
  }

  /** False for what nobody received. */
  protected get hasReceipt(): boolean {
    return true;
  }

  get #receipt(): Receipt {
    return {
      incarnation: this.#internals.queue.incarnation,
      slot: this.#slot,
      receiveCount: this.receiveCount,
      sequenceLow: this.#sequenceLow,
      sequenceHigh: this.#sequenceHigh,
      birthLow: this.#birthLow,
      birthHigh: this.#birthHigh,
    };
  }

  delete(): Promise<void> {
    return this.#internals.delete(this);
  }

  changeVisibility(visibilityTimeout: number): Promise<void> {
    return this.#internals.changeVisibility(this, visibilityTimeout);
  }

  /** Bytes are in base64. */
  toJSON(): object {
    const { bytes, ...members } = readable(this);
    return {
      ...members,
      ...(bytes !== undefined && { bytes: Buffer.from(this.bytes).toString("base64") }),
      messageAttributes: attributesAsJson(this.messageAttributes),
    };
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    const members = { ...readable(this), messageAttributes: { ...this.messageAttributes } };
    return shownAs("Message", members, depth, options);
  }
}

export class SentMessage implements Sent {
  declare readonly messageId: string;
  declare readonly md5OfBody: string;
  declare readonly sequenceNumber?: string;
  readonly #member: Member;
  readonly #body: Body;
  readonly #birthLow: number;
  readonly #birthHigh: number;
  #messageId: string | undefined;
  #md5: string | undefined;

  static readonly #made = {
    messageId(this: SentMessage): string {
      this.#messageId ??= this.#member.messageId(this.#birthLow, this.#birthHigh);
      return this.#messageId;
    },
    md5OfBody(this: SentMessage): string {
      this.#md5 ??= md5(this.#body);
      return this.#md5;
    },
  };

  /**
   * What send record `record` of the thread's outbox was given; a duplicate has the original's.
   * `body` is nobody else's.
   */
  constructor(
    { member, isFifo }: Pick<MessageOwner, "member" | "isFifo">,
    body: Body,
    record: number,
  ) {
    const { outbox } = member.engine;
    this.#member = member;
    this.#body = body;
    this.#birthLow = outbox.birthLow(record);
    this.#birthHigh = outbox.birthHigh(record);
    addLazy<SentMessage>(this, SentMessage.#made);
    if (!isFifo) return;
    this.sequenceNumber = sequenceNumber(outbox.sequenceLow(record), outbox.sequenceHigh(record));
  }

  toJSON(): object {
    return readable(this);
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    return shownAs("Sent", readable(this), depth, options);
  }
}
