/**
 * The controls of a broker in this process: one object a broker and thread, whoever asks for it, so a
 * program and the server's testing paths see the same faults and the same spy. Own thread only.
 */
import type { Broker } from "../broker/broker.ts";
import { Interventions } from "../broker/interventions.ts";
import { READING, Survey } from "../broker/survey.ts";
import type { Cancel } from "../clock.ts";
import { noSuchQueue, SluiceError } from "../errors.ts";
import type { Queue } from "../types.ts";
import { Attendant } from "./attendant.ts";
import type { Controls, Events, MessageQuestion, QueueFacts, QueueKey } from "./controls.ts";
import { DeadLetters } from "./deadLetters.ts";
import { Faults } from "./faults.ts";
import { look, receiptsOf } from "./look.ts";
import { queueKeyOf } from "./queueRef.ts";
import { readRule } from "./rules.ts";
import { SpyLog } from "./spyLog.ts";
import { syncStandIn } from "./syncStandIn.ts";
import type {
  FaultRule,
  FaultState,
  ResetOptions,
  SeenCounts,
  SeenMessage,
  SpyTotals,
} from "./types.ts";

type Totals = Record<keyof SpyTotals, number>;

const NOTHING: Totals = { sent: 0, received: 0, deleted: 0, moved: 0, expired: 0 };

interface Watching {
  readonly log: SpyLog;
  readonly deadLetters: DeadLetters;
  /** What each queue had counted when it began, by incarnation. */
  readonly before: ReadonlyMap<number, Totals>;
}

const all = new WeakMap<Broker, LocalControls>();

export class LocalControls implements Controls {
  readonly #broker: Broker;
  readonly #interventions: Interventions;
  readonly #faults = new Faults();
  #watching: Watching | undefined;
  #endStandIn: Cancel | undefined;
  #resetAll: () => Promise<void>;

  /** Of this broker, in this thread. */
  static of(broker: Broker): LocalControls {
    const known = all.get(broker);
    if (known !== undefined) return known;
    const made = new LocalControls(broker);
    all.set(broker, made);
    return made;
  }

  private constructor(broker: Broker) {
    this.#broker = broker;
    this.#interventions = Interventions.of(broker);
    this.#resetAll = () => broker.reset();
  }

  /** From now on `reset` resets by this: whoever has the broker may make queues again. */
  resetBy(reset: () => Promise<void>): void {
    this.#resetAll = reset;
  }

  async reset({ keepQueues = false }: ResetOptions): Promise<void> {
    await this.removeFaults();
    if (keepQueues) await this.#interventions.empty();
    else await this.#resetAll();
    if (this.#watching !== undefined) await this.startSpy();
  }

  async now(): Promise<number> {
    return this.#interventions.nowMs();
  }

  async advance(ms: number): Promise<number> {
    const { clock } = this.#interventions;
    if (clock === undefined) throw immovable();
    await clock.advance(ms);
    return clock.nowMs();
  }

  async counts(key: QueueKey): Promise<SeenCounts> {
    const { visible, inFlight, delayed } = this.#queue(key).counts();
    return { visible, inFlight, delayed };
  }

  async messages(key: QueueKey, limit: number): Promise<readonly SeenMessage[]> {
    return [...look(this.#interventions, this.#queue(key), limit)];
  }

  async describe(key: QueueKey): Promise<QueueFacts> {
    const queue = this.#queue(key);
    const { name, account, arn, isFifo } = queue;
    const target = this.#interventions.deadLetterQueue(queue);
    const deadLetterQueue = target && { name: target.name, account: target.account };
    return { name, account, arn, isFifo, ...(deadLetterQueue && { deadLetterQueue }) };
  }

  async startSpy(): Promise<void> {
    const before = new Map(
      this.#interventions.all().map((known) => [known.incarnation, this.#totals(known)]),
    );
    const deadLetters = new DeadLetters(this.#broker, this.#interventions);
    this.#watching = { log: new SpyLog(), deadLetters, before };
    this.#attend();
  }

  async stopSpy(): Promise<void> {
    this.#watching = undefined;
    this.#attend();
  }

  async events(after: number): Promise<Events> {
    const { log } = this.#mustWatch();
    this.#noteDeadLetters();
    return log.after(after);
  }

  async totals(key: QueueKey): Promise<SpyTotals> {
    const { before } = this.#mustWatch();
    const { name, account } = this.#queue(key);
    const known = this.#interventions
      .all()
      .find((one) => one.name === name && one.account === account);
    if (known === undefined) throw noSuchQueue(name);
    const then = before.get(known.incarnation) ?? NOTHING;
    const now = this.#totals(known);
    return {
      sent: now.sent - then.sent,
      received: now.received - then.received,
      deleted: now.deleted - then.deleted,
      moved: now.moved - then.moved,
      expired: now.expired - then.expired,
    };
  }

  async addFault(given: FaultRule): Promise<number> {
    const rule = readRule(given);
    const queue = rule.queue === undefined ? undefined : this.#queue(queueKeyOf(rule.queue));
    if (rule.fault === "duplicate" && queue?.isFifo === true) throw noDuplicates(queue.name);
    const met = queue && { name: queue.name, account: queue.account };
    const plain = { ...rule, ...(met && { queue: met }) };
    const id = this.#faults.add({ rule: plain, queue: met });
    this.#attend();
    return id;
  }

  async faults(): Promise<readonly FaultState[]> {
    return this.#faults.states;
  }

  async removeFaults(id?: number): Promise<void> {
    this.#faults.remove(id);
    this.#attend();
  }

  async endVisibility({ queue: key, messageId }: MessageQuestion): Promise<number> {
    const queue = this.#queue(key);
    const found = receiptsOf(this.#interventions, queue, ["inFlight"], messageId);
    if (messageId !== undefined && found.length === 0) {
      throw noMessage(queue, messageId, "in flight");
    }
    return this.#interventions.endVisibility(queue, found);
  }

  async endRetention(key: QueueKey): Promise<number> {
    return this.#interventions.endRetention(this.#queue(key));
  }

  async deadLetter({ queue: key, messageId }: MessageQuestion): Promise<number> {
    const queue = this.#queue(key);
    if (this.#interventions.deadLetterQueue(queue) === undefined) {
      const text = `${queue.name} has no dead-letter queue: its redrivePolicy names none that is there.`;
      throw new SluiceError("InvalidParameterValue", text, { queue: queue.name });
    }
    const moved = await (messageId === undefined
      ? this.#deadLetterAll(queue)
      : this.#deadLetterOne(queue, messageId));
    this.#noteDeadLetters();
    return moved;
  }

  async #deadLetterAll(queue: Queue): Promise<number> {
    let moved = 0;
    for (;;) {
      const inFlight = receiptsOf(this.#interventions, queue, ["inFlight"]);
      moved += await this.#interventions.deadLetter(queue, inFlight);
      const visible = await this.#interventions.deadLetterVisible(queue);
      moved += visible.moved;
      if (visible.heldBack === 0) return moved;
    }
  }

  async #deadLetterOne(queue: Queue, messageId: string): Promise<number> {
    const states = queue.isFifo ? (["inFlight"] as const) : (["inFlight", "visible"] as const);
    const found = receiptsOf(this.#interventions, queue, states, messageId);
    if (found.length > 0) {
      const moved = await this.#interventions.deadLetter(queue, found);
      if (moved > 0) return moved;
      throw tooOld(queue, messageId);
    }
    throw noMessage(
      queue,
      messageId,
      queue.isFifo ? "in flight (of a FIFO queue one is received first)" : "visible or in flight",
    );
  }

  #queue({ name, account }: QueueKey): Queue {
    const queue = this.#broker.findQueue(name, account === undefined ? {} : { account });
    if (queue === undefined) throw noSuchQueue(name);
    return queue;
  }

  #totals(known: { account: string; name: string; number: number; incarnation: number }): Totals {
    const survey = Survey.of(this.#broker);
    if (!survey.read(known, survey.nowMs())) return NOTHING;
    const { row } = survey;
    const at = (name: keyof SpyTotals): number => row[READING[name]] as number;
    return {
      sent: at("sent"),
      received: at("received"),
      deleted: at("deleted"),
      moved: at("moved"),
      expired: at("expired"),
    };
  }

  #mustWatch(): Watching {
    if (this.#watching !== undefined) return this.#watching;
    throw new SluiceError("InvalidParameterValue", "No spy is there; begin with spy().");
  }

  /** Stands in for the queues' verbs exactly while there is something to do. */
  #attend(): void {
    const isNeeded = this.#faults.isAny || this.#watching !== undefined;
    if (isNeeded === (this.#endStandIn !== undefined)) return;
    if (!isNeeded) {
      this.#endStandIn?.();
      this.#endStandIn = undefined;
      return;
    }
    const listener = () => {
      const watching = this.#watching;
      if (watching === undefined) return undefined;
      return {
        note: watching.log.note.bind(watching.log),
        lookForDeadLetters: () => this.#noteDeadLetters(),
      };
    };
    this.#endStandIn = this.#interventions.standIn((queue, verbs, sync) => {
      const attendant = new Attendant(queue, verbs, this.#interventions, this.#faults, listener);
      return { verbs: attendant.verbs(), sync: syncStandIn(attendant, sync) };
    });
  }

  #noteDeadLetters(): void {
    if (this.#watching === undefined) return;
    const { log, deadLetters } = this.#watching;
    for (const { message, source, to } of deadLetters.take()) {
      const { messageId, body, receiveCount } = message;
      const { name: queue, account } = source;
      const atMs = this.#interventions.nowMs();
      const kind = "deadLettered" as const;
      log.note({ kind, atMs, queue, account, messageId, body, receiveCount, to: to.name });
    }
  }
}

function immovable(): SluiceError {
  const text =
    "This broker's clock can't be moved: open it with { clock: new VirtualClock() }, or serve with --testing. " +
    "A clock is moved in the thread that opened the broker.";
  return new SluiceError("UnsupportedOperation", text);
}

function noDuplicates(queue: string): SluiceError {
  const text =
    `${queue} is a FIFO queue, which delivers no message twice while it is hidden; ` +
    "endVisibility has one delivered again.";
  return new SluiceError("InvalidParameterValue", text, { queue });
}

/** What was sent or received 12 hours ago can't be hidden any more, which comes before the move. */
function tooOld({ name }: Queue, messageId: string): SluiceError {
  const text =
    `Message ${messageId} was sent, or last received, more than 12 hours ago and is visible in ${name}: ` +
    "receive it first, or have all messages of the queue become dead letters.";
  return new SluiceError("InvalidParameterValue", text, { queue: name });
}

function noMessage({ name }: Queue, messageId: string, state: string): SluiceError {
  const text = `No message ${messageId} is ${state} in ${name}.`;
  return new SluiceError("InvalidParameterValue", text, { queue: name });
}
