/**
 * A producer of the run: it sends messages as its arrivals come, or, in a closed loop, as its clients'
 * messages are over. A call has up to ten of them. Where the queue's calls are counted they stand in a
 * line (SendLine), and what is in it was not sent yet.
 */
import type { Arrivals } from "../random/arrivals.ts";
import { Law } from "../random/law.ts";
import type { Groups, Sizes } from "../random/marks.ts";
import type { Stream } from "../random/stream.ts";
import type { TraceRows } from "../random/traceRows.ts";
import type { PlannedProducer } from "../scenario/plan.ts";
import { Histogram } from "../statistics/histogram.ts";
import { type Cards, NO_ROW } from "./cards.ts";
import type { Copies, Copy } from "./copies.ts";
import { ARRIVAL, COPY, eventOf } from "./kinds.ts";
import { sendCall } from "./sendCall.ts";
import { type LineSender, SendLine, type SendLineParts, type SentCall } from "./sendLine.ts";
import type { SimQueue } from "./simQueue.ts";
import { CALLS_AT, MORE_AT, moreRequestsOf, SEND, SENT, SENT_BYTES } from "./tally.ts";
import type { Timeline } from "./timeline.ts";
import { bodyBytesOf, highOf, lotOf, lowOf, NOBODY } from "./token.ts";

/** Messages of a call. */
const CALL_MAX = 10;

// V8 knows a number of this file for what it is, and looks up one that was imported at each use.
const SENT_COUNT = SENT;
const SENT_BYTES_COUNT = SENT_BYTES;
const SEND_CALLS = CALLS_AT + SEND;
const SEND_MORE = MORE_AT + SEND;

/** How many messages a run may send yet. */
export interface Allowance {
  readonly sent: Float64Array;
  readonly most: number;
}

export interface ProducerParts {
  readonly plan: PlannedProducer;
  readonly queue: SimQueue;
  readonly timeline: Timeline;
  readonly index: number;
  readonly arrivals: Arrivals;
  readonly sizes: Sizes;
  readonly groups: Groups;
  readonly copyStream: Stream;
  readonly copies: Copies;
  readonly think: Stream;
  readonly allowance: Allowance;
  readonly cards: Cards | undefined;
  /** The rows of the trace by which its messages come, where somebody asks for them. */
  readonly rows: TraceRows | undefined;
  /** For a queue whose calls are counted. */
  readonly line: SendLineParts | undefined;
  /** From when on what is measured counts. */
  readonly since: Float64Array;
}

/** What a producer knows its calls in a line by. */
const NEW = 0;
const AGAIN = 1;

export class Producer implements LineSender {
  /** From when a message was to be sent until its call was let through, where calls are counted. */
  readonly sendWait: Histogram | undefined;
  readonly plan: PlannedProducer;
  readonly queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #beginMs: number;
  readonly #arrivals: Arrivals;
  readonly #sizes: Sizes;
  readonly #groups: Groups;
  readonly #copyStream: Stream;
  readonly #copies: Copies;
  readonly #think: Law | undefined;
  readonly #index: number;
  readonly #cards: Cards | undefined;
  readonly #rows: TraceRows | undefined;
  readonly #event: number;
  readonly #allowance: Allowance;
  readonly #delaySeconds: number;
  readonly #hasOwnDelay: boolean;
  readonly #copyShare: number;
  /** Whether its messages are all alike, of a Standard queue, and nothing follows from one of them. */
  readonly #isAlike: boolean;
  /** Whether they also come one by one. */
  readonly #isPlain: boolean;
  /** Of messages that are alike: the token, bytes, requests beyond the first. */
  readonly #plainLow: number;
  readonly #plainBytes: number;
  readonly #plainMore: number;
  readonly #line: SendLine | undefined;
  readonly #since: Float64Array;
  /** Messages that wait for a full call; and bytes of the call that is being made. */
  #gathered = 0;
  #bytes = 0;
  /** Clients whose message is on its way. */
  outstanding = 0;
  sent = 0;
  copies = 0;
  calls = 0;

  constructor(parts: ProducerParts) {
    const { plan, queue } = parts;
    this.plan = plan;
    this.queue = queue;
    this.#timeline = parts.timeline;
    this.#beginMs = parts.timeline.nowMs;
    this.#arrivals = parts.arrivals;
    this.#sizes = parts.sizes;
    this.#groups = parts.groups;
    this.#copyStream = parts.copyStream;
    this.#copies = parts.copies;
    const { arrivals } = plan;
    this.#think = arrivals.kind === "closedLoop" ? new Law(arrivals.think, parts.think) : undefined;
    this.#index = parts.index;
    this.#cards = parts.cards;
    this.#rows = parts.rows;
    this.#event = eventOf(ARRIVAL, parts.index);
    this.#allowance = parts.allowance;
    this.#hasOwnDelay = plan.delaySeconds !== undefined && !queue.isFifo;
    this.#delaySeconds = (queue.isFifo ? undefined : plan.delaySeconds) ?? queue.delaySeconds;
    this.#copyShare = plan.duplicates.probability;
    const isSingle = plan.batch <= 1 && parts.arrivals.size === 1 && !this.isLoop;
    const isNew = this.#copyShare === 0 && this.#cards === undefined;
    this.#isAlike = isNew && plan.sizes.kind === "fixed" && !queue.isFifo && !this.#hasOwnDelay;
    this.#isPlain = isSingle && this.#isAlike;
    this.#plainBytes = plan.sizes.kind === "fixed" ? plan.sizes.bodyBytes : 0;
    this.#plainLow = lowOf(this.#plainBytes, this.#delaySeconds);
    this.#plainMore = moreRequestsOf(this.#plainBytes);
    this.#line = parts.line && new SendLine(parts.line, this);
    this.sendWait = parts.line && new Histogram();
    this.#since = parts.since;
  }

  /** Messages that the run may send yet. */
  get most(): number {
    return this.#allowance.most - (this.#allowance.sent[0] as number);
  }

  /** Messages that it has and could not send. */
  get unsent(): number {
    return this.#line?.unsent ?? 0;
  }

  get isLoop(): boolean {
    return this.#think !== undefined;
  }

  start(): void {
    const { arrivals } = this.plan;
    if (arrivals.kind !== "closedLoop") this.#planNext();
    else for (let client = 0; client < arrivals.clients; client++) this.#planClient();
  }

  #planNext(): void {
    const atMs = this.#beginMs + this.#arrivals.next();
    if (atMs < Number.POSITIVE_INFINITY) this.#timeline.plan(atMs, this.#event);
  }

  /** One of its clients sends its next message, when it has thought. */
  #planClient(): void {
    this.#timeline.plan(this.#timeline.nowMs + (this.#think as Law).draw(), this.#event);
  }

  /** The message of one of its clients is over. */
  free(): void {
    this.outstanding--;
    this.#planClient();
  }

  onArrival(): void {
    if (this.#isPlain) {
      this.#sendOne();
      this.#planNext();
    } else if (this.#think === undefined) {
      this.#come(this.#arrivals.size);
      this.#planNext();
    } else {
      this.outstanding++;
      this.#come(1);
    }
  }

  /** The shortest way: messages come one by one, all alike, to a Standard queue. */
  #sendOne(): void {
    const { queue } = this;
    const { traffic, counts } = queue;
    const { sent, most } = this.#allowance;
    const now = (sent[0] as number) + 1;
    if (now > most) return;
    sent[0] = now;
    queue.touch();
    traffic.add(this.#plainLow, highOf(this.#index, queue.drawLot()));
    queue.flushed(traffic.send(this.#timeline.nowMs), 1);
    queue.flow.arrive(1);
    this.sent++;
    this.calls++;
    counts[SENT_COUNT] = (counts[SENT_COUNT] as number) + 1;
    counts[SENT_BYTES_COUNT] = (counts[SENT_BYTES_COUNT] as number) + this.#plainBytes;
    counts[SEND_CALLS] = (counts[SEND_CALLS] as number) + 1;
    if (this.#plainMore > 0) queue.count(SEND_MORE, this.#plainMore);
    queue.serve();
  }

  #come(count: number): void {
    let left = Math.min(count, Math.max(0, this.most - this.#gathered));
    const { batch } = this.plan;
    if (batch > 0) {
      this.#gathered += left;
      const isLast = this.#gathered >= this.most;
      for (; this.#gathered >= batch; this.#gathered -= batch) this.#send(batch);
      if (!isLast) return;
      left = this.#gathered;
      this.#gathered = 0;
    }
    for (; left > 0; left -= CALL_MAX) this.#send(Math.min(left, CALL_MAX));
  }

  /** One call. */
  #send(count: number): void {
    const { queue } = this;
    this.#bytes = 0;
    if (this.#line !== undefined) {
      for (let index = 0; index < count; index++) this.#addFifo();
      this.#line.call(NEW);
      return;
    }
    queue.touch();
    if (this.#isAlike) this.#addAlike(count);
    else if (queue.isFifo) for (let index = 0; index < count; index++) this.#addFifo();
    else for (let index = 0; index < count; index++) this.#add();
    const { sent } = this.#allowance;
    sent[0] = (sent[0] as number) + count;
    this.sent += count;
    this.#call(count);
  }

  #addAlike(count: number): void {
    const { queue } = this;
    const { traffic } = queue;
    for (let index = 0; index < count; index++) {
      traffic.add(this.#plainLow, highOf(this.#index, queue.drawLot()));
    }
    this.#bytes = count * this.#plainBytes;
  }

  #add(): void {
    const { traffic } = this.queue;
    const bodyBytes = this.#sizes.draw();
    const low = lowOf(bodyBytes, this.#delaySeconds);
    const high = this.#high();
    this.#bytes += bodyBytes;
    if (this.#hasOwnDelay) traffic.addDelayed(low, high, this.#delaySeconds * 1_000);
    else traffic.add(low, high);
    if (this.#copyShare > 0) this.#perhapsCopy(low, high, 0, 0);
  }

  /** The token's high word. */
  #high(): number {
    const cards = this.#cards;
    if (cards === undefined) return highOf(this.#index, this.queue.drawLot());
    return cards.first(this.#index, this.#rows?.next() ?? NO_ROW, this.#timeline.nowMs);
  }

  #addFifo(): void {
    const { queue } = this;
    const bodyBytes = this.#sizes.draw();
    const low = lowOf(bodyBytes, this.#delaySeconds);
    const high = this.#high();
    const number = queue.nextNumber();
    const group = this.#groups.draw(number);
    this.#bytes += bodyBytes;
    (this.#line ?? queue.traffic).addFifo(low, high, group, number);
    if (this.#copyShare > 0) this.#perhapsCopy(low, high, group, number);
  }

  #perhapsCopy(low: number, high: number, group: number, number: number): void {
    if (this.#copyStream.double() >= this.#copyShare) return;
    // Who waits for his message does not wait for its copy.
    const own = this.#highOfCopy(high);
    const copy = this.#copies.put({ producer: this.#index, low, high: own, group, number });
    const atMs = this.#timeline.nowMs + this.plan.duplicates.afterSeconds * 1_000;
    this.#timeline.plan(atMs, eventOf(COPY, copy));
  }

  #highOfCopy(high: number): number {
    if (this.#cards !== undefined) return this.#cards.follow(high);
    return this.isLoop ? highOf(NOBODY, lotOf(high)) : high;
  }

  /** A copy's time has come. */
  sendCopy({ low, high, group, number }: Copy): void {
    const { sent } = this.#allowance;
    if (this.#gathered >= this.most) return;
    const { queue } = this;
    if (this.#line !== undefined) {
      this.#line.addFifo(low, high, group, number);
      this.#line.call(AGAIN);
      return;
    }
    queue.touch();
    this.#bytes = bodyBytesOf(low);
    if (queue.isFifo) queue.traffic.addFifo(low, high, group, number);
    else if (this.#hasOwnDelay) queue.traffic.addDelayed(low, high, this.#delaySeconds * 1_000);
    else queue.traffic.add(low, high);
    sent[0] = (sent[0] as number) + 1;
    this.sent++;
    this.copies++;
    if (this.#call(1) > 0) this.#cards?.over(high, this.#timeline.nowMs);
  }

  /** A call of its line was made. */
  onSent({ tag, count, duplicates, wantedAtMs, high }: SentCall): void {
    const { sent } = this.#allowance;
    sent[0] = (sent[0] as number) + count;
    this.sent += count;
    this.calls++;
    if (tag === AGAIN) {
      this.copies++;
      if (duplicates > 0) this.#cards?.over(high, this.#timeline.nowMs);
    }
    if (wantedAtMs < (this.#since[0] as number)) return;
    const waitedMs = this.#timeline.nowMs - wantedAtMs;
    for (let one = 0; one < count; one++) this.sendWait?.record(waitedMs);
  }

  /** Makes the call with what was added; how many messages a FIFO queue took for duplicates. */
  #call(count: number): number {
    this.calls++;
    return sendCall(this.queue, this.#timeline.nowMs, count, this.#bytes);
  }
}
