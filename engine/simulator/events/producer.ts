/** A producer of the run: it sends messages as its arrivals come. */
import { capacityError, trafficError } from "../../broker/messages/traffic.ts";
import type { Law } from "../random/law.ts";
import type { PlannedProducer } from "../scenario/plan.ts";
import { ARRIVAL, eventOf } from "./kinds.ts";
import type { SimQueue } from "./simQueue.ts";
import { CALLS_AT, REQUESTS_AT, SEND, SENT, SENT_BYTES } from "./tally.ts";
import type { Timeline } from "./timeline.ts";
import { lowOf } from "./token.ts";

export class Producer {
  readonly plan: PlannedProducer;
  readonly queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #gap: Law;
  readonly #event: number;
  readonly #index: number;
  sent = 0;
  copies = 0;
  calls = 0;

  constructor(plan: PlannedProducer, queue: SimQueue, timeline: Timeline, gap: Law, index: number) {
    this.plan = plan;
    this.queue = queue;
    this.#timeline = timeline;
    this.#gap = gap;
    this.#index = index;
    this.#event = eventOf(ARRIVAL, index);
  }

  start(): void {
    this.#timeline.plan(this.#timeline.nowMs + this.#gap.draw(), this.#event);
  }

  onArrival(): void {
    const { queue } = this;
    const { traffic, counts } = queue;
    const { nowMs } = this.#timeline;
    queue.pass();
    traffic.add(lowOf(100, 0, false), this.#index);
    const sent = traffic.send(nowMs);
    if (sent !== 1) throw sent < 0 ? trafficError(queue.queue, sent) : capacityError(queue.queue);
    this.sent++;
    this.calls++;
    queue.flow.arrive(nowMs, 1);
    counts[SENT] = (counts[SENT] as number) + 1;
    counts[SENT_BYTES] = (counts[SENT_BYTES] as number) + 100;
    counts[CALLS_AT + SEND] = (counts[CALLS_AT + SEND] as number) + 1;
    counts[REQUESTS_AT + SEND] = (counts[REQUESTS_AT + SEND] as number) + 1;
    queue.see();
    queue.serve();
    this.#timeline.plan(nowMs + this.#gap.draw(), this.#event);
  }
}
