/**
 * Which messages have become dead letters since somebody began to look: the engine counts what moves
 * out of a queue, and where it has counted, the dead-letter queue is looked through for what is new
 * from there. Own thread only.
 *
 * A dead letter that was deleted again before anybody looked is not found; a receive of this thread looks
 * at once.
 */
import type { Broker } from "../broker/broker.ts";
import type { Interventions } from "../broker/interventions.ts";
import { READING, Survey, type Surveyed } from "../broker/survey.ts";
import type { Queue } from "../types.ts";
import { look } from "./look.ts";
import type { SeenMessage } from "./types.ts";

/** Dead letters of one queue that are looked through. */
const LOOK_MAX = 10_000;

export interface DeadLetter {
  readonly message: SeenMessage;
  readonly source: Queue;
  readonly to: Queue;
}

export class DeadLetters {
  readonly #broker: Broker;
  readonly #survey: Survey;
  readonly #interventions: Interventions;
  /** By incarnation of the source: how many had moved when it was last looked at. */
  readonly #moved = new Map<number, number>();
  /** What was found already, by source and id. */
  readonly #known = new Set<string>();

  /** What lies in dead-letter queues now is not new. */
  constructor(broker: Broker, interventions: Interventions) {
    this.#broker = broker;
    this.#survey = Survey.of(broker);
    this.#interventions = interventions;
    for (const _ of this.take());
  }

  /** Those of all queues that have come since, oldest first of each queue. */
  *take(): Generator<DeadLetter, void> {
    for (const known of this.#interventions.all()) {
      const moved = this.#movedOf(known);
      if (moved === 0 || moved === this.#moved.get(known.incarnation)) continue;
      this.#moved.set(known.incarnation, moved);
      const source = this.#broker.findQueue(known.name, { account: known.account });
      if (source !== undefined) yield* this.#of(source);
    }
  }

  *#of(source: Queue): Generator<DeadLetter, void> {
    const target = this.#interventions.deadLetterQueue(source);
    const to = target && this.#broker.findQueue(target.name, { account: target.account });
    if (to === undefined) return;
    for (const message of look(this.#interventions, to, LOOK_MAX)) {
      if (message.deadLetterQueueSourceArn !== source.arn) continue;
      const key = `${source.arn} ${message.messageId}`;
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      yield { message, source, to };
    }
  }

  #movedOf(queue: Surveyed): number {
    if (!this.#survey.read(queue, this.#survey.nowMs())) return 0;
    return this.#survey.row[READING.moved] as number;
  }
}
