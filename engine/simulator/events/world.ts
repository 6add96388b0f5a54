/**
 * A run: its time, its queues, who sends and who takes, and the loop in which it all happens. The broker
 * is its own; nobody else knows it. It goes on in steps, so that whoever runs it can tell how far it
 * is, and stop it.
 */
import { Broker } from "../../broker/broker.ts";
import { trafficOf } from "../../broker/messages/traffic.ts";
import type { RedrivePolicy } from "../../types.ts";
import { Law } from "../random/law.ts";
import { Stream } from "../random/stream.ts";
import type { Plan, PlannedQueue } from "../scenario/plan.ts";
import { checkBalance } from "./balance.ts";
import { Fleet } from "./fleet.ts";
import { ARRIVAL, DONE, END, eventOf, kindOf, LOOK, partOf, TIMER, WAIT_OVER } from "./kinds.ts";
import { Producer } from "./producer.ts";
import { reportOfFleet, reportOfProducer, reportOfQueue } from "./readOut.ts";
import type { RunReport } from "./report.ts";
import { SimQueue } from "./simQueue.ts";
import { Timeline } from "./timeline.ts";

/** The engine's time when a run begins: late enough for messages that were sent before. */
const BEGIN_MS = 1_000_000;
const MEMORY_BYTES = 256 * 1_048_576;

export class World {
  readonly #plan: Plan;
  readonly #run: number;
  readonly #broker: Broker;
  readonly #timeline: Timeline;
  readonly #queues: SimQueue[] = [];
  readonly #fleets: Fleet[] = [];
  readonly #fleetOf: Fleet[] = [];
  readonly #producers: Producer[] = [];
  /** From when on what is measured counts. */
  readonly #since: Float64Array;
  #parts = 0;
  #sent = 0;
  #events = 0;
  #isWarm: boolean;
  #isOver = false;
  #isComplete = false;

  private constructor(plan: Plan, run: number, broker: Broker, timeline: Timeline) {
    this.#plan = plan;
    this.#run = run;
    this.#broker = broker;
    this.#timeline = timeline;
    this.#since = new Float64Array([timeline.nowMs]);
    this.#isWarm = plan.warmup.messages === 0 && plan.warmup.seconds === 0;
  }

  /** Run `run`, which counts from 0, ready to begin. */
  static async open(plan: Plan, run: number): Promise<World> {
    const timeline = new Timeline();
    timeline.nowMs = BEGIN_MS;
    const broker = await Broker.open({
      clock: { nowMs: () => timeline.nowMs },
      memoryBytes: MEMORY_BYTES,
      threadsMax: 2,
      queuesMax: plan.queues.length,
    });
    const world = new World(plan, run, broker, timeline);
    await world.#makeQueues();
    world.#makeProducers();
    world.#makeFleets();
    world.#start();
    return world;
  }

  async #makeQueues(): Promise<void> {
    const { queues, fleets } = this.#plan;
    const lanes = fleets.reduce((sum, { count, concurrency }) => sum + count * concurrency, 0);
    for (const [index, plan] of queues.entries()) {
      const queue = await this.#broker.createQueue(plan.name, plan.attributes);
      const traffic = trafficOf(queue);
      const timeline = this.#timeline;
      const parts = { queue, traffic, plan, index, timeline, lanes, periodMs: 1_000 };
      this.#queues.push(new SimQueue(parts));
    }
    for (const [index, plan] of queues.entries()) await this.#link(this.#queueAt(index), plan);
  }

  async #link(queue: SimQueue, { deadLetters }: PlannedQueue): Promise<void> {
    if (deadLetters === undefined) return;
    const target = this.#queueAt(deadLetters.queue);
    const { maxReceiveCount } = deadLetters;
    const redrivePolicy: RedrivePolicy = { deadLetterTargetArn: target.queue.arn, maxReceiveCount };
    await queue.queue.setAttributes({ redrivePolicy });
    queue.target = target;
  }

  #queueAt(index: number): SimQueue {
    return this.#queues[index] as SimQueue;
  }

  /** Each part has a stream of its own. */
  #stream(): Stream {
    return Stream.of(this.#plan.seed, this.#run, this.#parts++);
  }

  #makeProducers(): void {
    for (const [index, plan] of this.#plan.producers.entries()) {
      const { arrivals } = plan;
      if (arrivals.kind !== "renewal") throw new Error(`${arrivals.kind} is not built yet`);
      const law = new Law(arrivals.gap, this.#stream());
      this.#producers.push(
        new Producer(plan, this.#queueAt(plan.queue), this.#timeline, law, index),
      );
    }
  }

  #makeFleets(): void {
    for (const plan of this.#plan.fleets) {
      const law = new Law(plan.service, this.#stream());
      const first = this.#fleetOf.length;
      const queue = this.#queueAt(plan.queue);
      const fleet = new Fleet(plan, queue, this.#timeline, law, first, 1_000, this.#since);
      this.#fleets.push(fleet);
      for (let lane = 0; lane < fleet.lanes; lane++) this.#fleetOf.push(fleet);
    }
    for (const queue of this.#queues) queue.lookers = this.#fleetOf;
  }

  #start(): void {
    const timeline = this.#timeline;
    const { nowMs } = timeline;
    for (let lane = 0; lane < this.#fleetOf.length; lane++) {
      timeline.plan(nowMs, eventOf(LOOK, lane));
    }
    for (const producer of this.#producers) producer.start();
    const { seconds } = this.#plan.horizon;
    if (seconds < Number.POSITIVE_INFINITY) {
      timeline.plan(nowMs + seconds * 1_000, eventOf(END, 0));
    }
  }

  /** Goes on for so many events; false when the run is over. */
  step(events: number): boolean {
    const timeline = this.#timeline;
    let left = events;
    for (; left > 0 && !this.#isOver; left--) {
      if (!timeline.next()) {
        this.#end();
        break;
      }
      timeline.nowMs = timeline.time;
      this.#happen(timeline.event);
    }
    this.#events += events - left;
    return !this.#isOver;
  }

  #happen(event: number): void {
    const part = partOf(event);
    switch (kindOf(event)) {
      case ARRIVAL:
        this.#arrive(part);
        break;
      case DONE:
        (this.#fleetOf[part] as Fleet).onDone(part);
        break;
      case TIMER:
        this.#queueAt(part).onTimer();
        break;
      case WAIT_OVER:
        (this.#fleetOf[part] as Fleet).onWaitOver(part);
        break;
      case LOOK:
        (this.#fleetOf[part] as Fleet).next(part);
        break;
      default:
        this.#end();
    }
  }

  #arrive(part: number): void {
    (this.#producers[part] as Producer).onArrival();
    this.#sent++;
    if (!this.#isWarm && this.#sent >= this.#plan.warmup.messages) this.#warm();
    if (this.#sent >= this.#plan.horizon.messages) this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#isComplete = true;
  }

  #warm(): void {
    this.#isWarm = true;
    this.#since[0] = this.#timeline.nowMs;
    for (const queue of this.#queues) {
      queue.pass();
      queue.meter.restart();
      queue.flow.restart();
    }
    for (const fleet of this.#fleets) {
      fleet.meter.pass(this.#timeline.nowMs);
      fleet.meter.restart();
    }
  }

  /** What it has measured by now; throws when that does not balance. The run is over. */
  async close(): Promise<RunReport> {
    this.#isOver = true;
    const { nowMs } = this.#timeline;
    for (const queue of this.#queues) queue.settle();
    const queues = this.#queues.map((queue) => {
      const report = reportOfQueue(queue);
      checkBalance(queue, report, nowMs);
      return report;
    });
    await this.#broker.close();
    return {
      run: this.#run,
      isComplete: this.#isComplete,
      simulatedMs: nowMs - BEGIN_MS,
      warmupMs: (this.#since[0] as number) - BEGIN_MS,
      events: this.#events,
      sent: this.#sent,
      queues,
      fleets: this.#fleets.map((fleet) => reportOfFleet(fleet, nowMs, BEGIN_MS)),
      producers: this.#producers.map(reportOfProducer),
    };
  }
}
