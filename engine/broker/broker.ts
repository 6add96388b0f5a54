/**
 * The broker: queues in shared memory, opened by one thread and shared by any number of others, each
 * with a Broker object of its own. The thread that opened it owns its life: when it closes or ends,
 * calls in the other threads reject with OwnerGone. A Broker is used by its own thread only; queues
 * and messages are everybody's.
 *
 * Closing order: waiting calls are told, other threads are told and woken, the watch and the steward
 * end, the journal takes what there is and ends, and calls that waited for it are told. Nothing here keeps a
 * process alive but a call that waits.
 */
import { type InspectOptionsStylized, inspect } from "node:util";
import type { MessagePort } from "node:worker_threads";
import { BATCH_MAX, Engine, Inbox, OWNER_CLOSED, SECRET_BYTES } from "../../bindings/index.ts";
import type { Cancel } from "../clock.ts";
import { noSuchQueue, SluiceError } from "../errors.ts";
import { randomEpoch, randomSecret } from "../random.ts";
import type {
  BrokerHandle,
  BrokerOptions,
  CloseOptions,
  ListQueuesOptions,
  ListTasksOptions,
  MessageMoveTask,
  MessageMoveTaskOptions,
  NewQueueOptions,
  Queue,
  QueueAttributes,
  QueueOwner,
} from "../types.ts";
import { Catalogue } from "./catalogue/catalogue.ts";
import { MoveTasks } from "./catalogue/moveTasks.ts";
import { Reclaimer } from "./catalogue/reclaimer.ts";
import { arnOf } from "./catalogue/redrive.ts";
import { Acknowledgements } from "./durable/acknowledgements.ts";
import { setDurable } from "./durable/face.ts";
import { JournalHost } from "./durable/journalHost.ts";
import { JournalStart } from "./durable/journalStart.ts";
import { checkNames, closeNames } from "./face/names.ts";
import { shownAs } from "./face/shown.ts";
import { Interventions } from "./interventions.ts";
import type { QueueHost } from "./messages/queueInternals.ts";
import { BrokerQueue } from "./queue.ts";
import { Queues } from "./queues.ts";
import { Survey } from "./survey.ts";
import { isWatchThere, makeHandle, takeWelcome, type Word } from "./threads/attachment.ts";
import { Member } from "./threads/member.ts";
import { openEngine } from "./threads/memory.ts";
import { keepingOf, settingsOf, sizesOf } from "./threads/options.ts";
import { Steward } from "./threads/steward.ts";
import { attachTiming, openTiming, publishTime } from "./threads/timing.ts";
import { trapped } from "./threads/trap.ts";
import { Bell } from "./waiting/bell.ts";
import { CapacityWait } from "./waiting/capacityWait.ts";
import { drain } from "./waiting/drain.ts";
import { Waiting } from "./waiting/waiting.ts";

/** How this thread came to the broker: it opened it, or joined over a port. */
type Role = {
  readonly port?: MessagePort;
  readonly stopTime: Cancel;
  readonly journal?: JournalHost | undefined;
};

function nothing(): void {}

const brokers = new WeakMap<Queue, Broker>();

export class Broker implements AsyncDisposable {
  readonly account: string;
  readonly region: string;
  readonly #member: Member;
  readonly #role: Role;
  readonly #catalogue: Catalogue;
  readonly #waiting: Waiting;
  readonly #capacity = new CapacityWait();
  readonly #acknowledgements: Acknowledgements;
  readonly #reclaimer: Reclaimer;
  readonly #moveTasks: MoveTasks;
  readonly #queues: Queues;
  #steward: Steward | undefined;
  #closing: Promise<void> | undefined;

  private constructor(member: Member, role: Role) {
    this.account = member.settings.account;
    this.region = member.settings.region;
    this.#member = member;
    this.#role = role;
    this.#catalogue = new Catalogue(member);
    const bell = new Bell(member.engine);
    this.#waiting = new Waiting(member, bell);
    this.#acknowledgements = new Acknowledgements(member, bell);
    this.#reclaimer = new Reclaimer(member);
    this.#moveTasks = new MoveTasks(member, this.#catalogue);
    const host: QueueHost = {
      member,
      catalogue: this.#catalogue,
      waiting: this.#waiting,
      capacity: this.#capacity,
      acknowledgements: this.#acknowledgements,
      inbox: new Inbox(BATCH_MAX),
      arnOfKey: (key) => arnOf(this.region, key),
      arnOf: (incarnation) => this.#arnOfIncarnation(incarnation),
      reclaim: (queue) => this.#reclaimer.reclaim(queue),
    };
    this.#queues = new Queues(host, (queue) => brokers.set(queue, this));
    Survey.open(this, host);
    Interventions.open(this, host, this.#queues);
    if (role.journal !== undefined) this.#keepBy(role.journal);
  }

  /**
   * A new broker without queues, or with those of its directory. Rejects with InvalidParameterValue for options that
   * can't be, or not with that directory, and with InternalFailure for one that can't be used, which stays as it was.
   */
  static async open(options: BrokerOptions = {}): Promise<Broker> {
    const settings = settingsOf(options);
    const keeping = keepingOf(options);
    const timing = openTiming(options.clock);
    const identity = {
      secret: randomSecret(SECRET_BYTES),
      epoch: randomEpoch(),
      isClockVirtual: timing.isVirtual,
    };
    const sizes = sizesOf(options);
    const starting = keeping && new JournalStart(options, keeping);
    const engine = await openEngine(sizes, identity, starting);
    const stopTime = publishTime(timing, engine);
    if (starting === undefined)
      return new Broker(new Member(engine, settings, timing), { stopTime });
    const journal = await JournalHost.start(engine, settings, starting).catch(
      async (error: unknown) => {
        stopTime();
        await starting.cancel();
        throw error;
      },
    );
    // The log's last moment may be later than this one: time goes on from there.
    const resumed = timing.isVirtual ? timing : attachTiming(engine);
    const known = { ...settings, moved: journal.recovery.moved };
    const member = new Member(engine, known, resumed, () => journal.lookForThread());
    return new Broker(member, { stopTime, journal });
  }

  /** Joins the broker that another thread shared; `handle` is good for one thread, once. */
  static async attach(handle: BrokerHandle): Promise<Broker> {
    const { share, settings } = takeWelcome(handle);
    const engine = Engine.attach(share, trapped);
    engine.receipts.moved = settings.moved;
    const { port } = handle;
    const member = new Member(engine, settings, attachTiming(engine), () => isWatchThere(port));
    member.check();
    const broker = new Broker(member, { port, stopTime: nothing });
    port.on("close", () => broker.#onPortClosed());
    // The watch asks for what this thread keeps in stock (Ask); a call would have given it.
    port.on("message", () => member.isOpen && engine.answerWant());
    port.unref();
    return broker;
  }

  /** The broker that gave this queue out, in this thread. Throws for what no broker gave out. */
  static of(queue: Queue): Broker {
    BrokerQueue.internalsOf(queue);
    return brokers.get(queue) as Broker;
  }

  /** Whether this thread opened the broker, and so owns its life. */
  get isOpener(): boolean {
    return this.#role.port === undefined;
  }

  /**
   * A handle for one other thread: put it into its workerData, and its port into the transferList.
   * Throws OverLimit when all threads are taken.
   */
  share(): BrokerHandle {
    this.#member.check();
    if (!this.startSteward()) {
      throw new SluiceError(
        "UnsupportedOperation",
        "Other threads can't read a clock of your own; use VirtualClock, or no clock.",
      );
    }
    const { engine, settings } = this.#member;
    const { handle, port, thread } = makeHandle(engine, settings);
    if (this.#steward !== undefined) this.#steward.join(port, thread);
    else this.#tellWatch({ kind: "shared", port, thread }, [port]);
    return handle;
  }

  /**
   * Sees to it that the broker's own threads are there, which extend what handlers have in hand. False
   * under a clock of your own, which they can't read.
   */
  startSteward(): boolean {
    const { engine, timing } = this.#member;
    if (timing.isPrivate) return false;
    if (this.isOpener && this.#steward === undefined) {
      this.#steward = new Steward(engine, (why) => this.#onStewardLost(why));
      this.#role.journal?.watchBy(this.#steward);
    }
    return true;
  }

  /**
   * Makes a queue, or answers the one of this name, if it has the attributes given (those alone are
   * compared; else QueueNameExists). `stored` and `tags` are kept and given back as they are. Its name
   * is free in another `account`, whatever queues the broker's own one has.
   */
  async createQueue(
    name: string,
    attributes: QueueAttributes = {},
    more: NewQueueOptions = {},
  ): Promise<Queue> {
    this.#member.check();
    return this.#kept(await this.#queues.make(name, attributes, more));
  }

  /** A result, once what was changed of queues for it is durable. */
  async #kept<T>(result: T): Promise<T> {
    await this.#acknowledgements.ofCatalogue();
    return result;
  }

  /** Rejects with QueueDoesNotExist. */
  async getQueue(name: string, owner?: QueueOwner): Promise<Queue> {
    const queue = this.findQueue(name, owner);
    if (queue === undefined) throw noSuchQueue(name);
    return queue;
  }

  /** The queue of this name, at once; undefined for none. Throws when the broker has ended. */
  findQueue(name: string, owner?: QueueOwner): Queue | undefined {
    this.#member.check();
    return this.#queues.find(name, owner);
  }

  /** Names of an account's queues, in order of their characters; `prefix` minds case. */
  async listQueues(options: ListQueuesOptions = {}): Promise<string[]> {
    this.#member.check();
    return this.#queues.names(options);
  }

  /** Deletes the queue and all that is in it; whoever waits for it is told QueueDoesNotExist. */
  async deleteQueue(name: string, owner?: QueueOwner): Promise<void> {
    this.#member.check();
    return this.#kept(this.#queues.delete(name, owner));
  }

  /**
   * Makes the broker as empty as it was when it was opened: deletes all queues of all accounts, with their
   * messages and move tasks, and forgets in this thread which names were deleted, so that each may be used
   * again at once. Whoever waits for one of them is told QueueDoesNotExist. Time goes on.
   */
  async reset(): Promise<void> {
    this.#member.check();
    return this.#kept(this.#queues.clear());
  }

  /** The names of the queues whose dead letters go to this one, in order of their characters. */
  async listDeadLetterSourceQueues(name: string, owner?: QueueOwner): Promise<string[]> {
    this.#member.check();
    return this.#queues.sources(name, owner);
  }

  /**
   * Begins to move the messages that are visible in a dead-letter queue now, as new messages, to
   * another queue or each to the one it came from; this thread does it, in the background. Rejects
   * with ResourceNotFoundException for a queue that is not there, with InvalidParameterValue for
   * one that is nobody's dead-letter queue or has a running task already.
   */
  async startMessageMoveTask(options: MessageMoveTaskOptions): Promise<{ taskHandle: string }> {
    this.#member.check();
    return this.#kept({ taskHandle: this.#moveTasks.start(options) });
  }

  /** The last tasks of a dead-letter queue, newest first; `maxResults` 1 (default) to 10. */
  async listMessageMoveTasks(options: ListTasksOptions): Promise<MessageMoveTask[]> {
    this.#member.check();
    const { shown, isNews } = this.#moveTasks.list(options);
    return isNews ? this.#kept(shown) : shown;
  }

  /** Ends a running task; what has moved stays moved. Answers how many messages that are. */
  async cancelMessageMoveTask(taskHandle: string): Promise<number> {
    this.#member.check();
    return this.#kept(this.#moveTasks.cancel(taskHandle));
  }

  /**
   * Resolves when everything that any thread did before this call, `sync` calls included, is on the disk: in
   * relaxed durability, too. At once where there is no directory.
   */
  async flush(): Promise<void> {
    this.#member.check();
    await this.#acknowledgements.flush();
  }

  /**
   * Ends this thread's broker; in the thread that opened it, the whole broker. Calls that wait are
   * rejected with BrokerClosed. With `drain` it first waits until no queue has a visible message or
   * one in flight, `deadlineMs` milliseconds at the longest (default: as long as it takes); sends
   * and receives go on meanwhile.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkNames(options, closeNames);
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(options: CloseOptions): Promise<void> {
    const { drain: isDraining = false, deadlineMs = Number.POSITIVE_INFINITY } = options;
    try {
      if (isDraining) await drain(this.#member, this.#catalogue, deadlineMs);
    } finally {
      await this.#end();
    }
  }

  async #end(): Promise<void> {
    const { engine, timing } = this.#member;
    const { port, journal } = this.#role;
    this.#member.close();
    this.#waiting.close(this.#member.ended());
    this.#capacity.retry();
    this.#reclaimer.close();
    this.#moveTasks.close();
    this.#role.stopTime();
    timing.close();
    if (port !== undefined) {
      await this.#acknowledgements.settled();
      this.#member.release();
      engine.leave();
      this.#tellWatch({ kind: "left" }, []);
      port.close();
      return;
    }
    const ended = journal?.end();
    engine.endOwner(OWNER_CLOSED);
    engine.doorbell.ringOthers();
    await this.#steward?.end();
    const failure = await ended;
    this.#acknowledgements.close();
    if (failure !== undefined) throw failure;
  }

  /** What the journal had is there, and what becomes of it is kept from now on. */
  #keepBy(journal: JournalHost): void {
    this.#queues.recovered(journal.recovery.deletions);
    this.#moveTasks.resume();
    journal.onLost = (error) => this.#fail(error);
    setDurable(this, journal);
  }

  /** The port's other end is the watch's, which ends only with the opener. */
  #onPortClosed(): void {
    if (this.#closing !== undefined) return;
    this.#member.loseOwner();
    this.#endCalls();
  }

  /** Nobody would see other threads die, and they were told that the broker is gone. */
  #onStewardLost(cause: Error): void {
    const text = `The broker's steward is gone, and the broker with it. ${cause.message}`;
    this.#fail(new SluiceError("InternalFailure", text, { cause }));
  }

  #fail(error: SluiceError): void {
    if (this.#closing !== undefined) return;
    this.#member.fail(error);
    this.#endCalls();
  }

  /** Calls that wait are told why nothing can come any more. */
  #endCalls(): void {
    this.#waiting.close(this.#member.ended());
    this.#capacity.retry();
    this.#acknowledgements.close();
  }

  #tellWatch(word: Word, transfer: MessagePort[]): void {
    this.#role.port?.postMessage(word, transfer);
  }

  #arnOfIncarnation(incarnation: number): string | undefined {
    const known = this.#catalogue.all().find((queue) => queue.incarnation === incarnation);
    return known && arnOf(this.region, known);
  }

  toJSON(): object {
    return { account: this.account, region: this.region };
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    return shownAs("Broker", this.toJSON(), depth, options);
  }
}
