/**
 * Message move tasks: they take the messages out of a dead-letter queue that are visible when they
 * start and send them, as new ones, to another queue or each to the one it came from. A task is kept
 * in its source queue's catalogue entry, where every thread sees it; the thread that started it runs
 * it, and when that thread ends, a task that ran reads FAILED; whoever reads that first writes it
 * down. Progress is written a few times a second; another thread's wish to cancel is found in the
 * entry before each step. Own thread only.
 *
 * What leaves a queue arrives in exactly one, whatever dies (assembly/operations/move.ts); a step moves at most
 * ten messages. Source: API Reference, StartMessageMoveTask and its kin.
 */
import { type Namesake, STATUS_FULL, STATUS_LIMIT } from "../../../bindings/index.ts";
import type { Cancel } from "../../clock.ts";
import { SluiceError } from "../../errors.ts";
import { moveTasks as limits } from "../../limits.ts";
import { randomUuid, randomWord } from "../../random.ts";
import type { ListTasksOptions, MessageMoveTask, MessageMoveTaskOptions } from "../../types.ts";
import { checkNames, listTasksNames, moveTaskNames } from "../face/names.ts";
import type { Member } from "../threads/member.ts";
import { engineSettings } from "./attributes.ts";
import type { Catalogue, Known, StoredTask } from "./catalogue.ts";
import { namesakesOf } from "./formerSources.ts";
import { findByArn, isFifoName, sourcesOf } from "./redrive.ts";
import { handleOf, openHandle } from "./taskHandle.ts";

/** How often progress is written where other threads see it, in milliseconds. */
const SAVE_MS = 250;
/** Steps a turn of the event loop, where no rate is asked for: about a millisecond. */
const STEPS_A_TURN = 100;
/** A step that finds no room waits so long, in milliseconds. */
const RETRY_MS = 100;
/** How often a second a task with a rate moves messages, at the most. */
const TURNS_A_SECOND = 20;
/** Most messages a step moves. */
const STEP = 10;

/** Why a task failed, in AWS's words. */
const NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue";
const NO_SOURCE = "CouldNotDetermineMessageSource";
/** Ours: the thread that ran it is no more, or can't read its clock. */
const INTERNAL = "InternalFailure";

/** A task that this thread runs. */
interface Running {
  readonly source: Known;
  readonly task: StoredTask;
  moved: number;
  /** From when on the rate is counted, and how many had moved by then. */
  pacedFromMs: number;
  pacedFrom: number;
  savedAtMs: number;
  cancel: Cancel;
}

/** How many more may move now. What a second could not use is not made up for. */
function allowed(running: Running, now: number): number {
  const { rate } = running.task;
  if (rate === undefined) return Number.POSITIVE_INFINITY;
  const due = (): number =>
    Math.floor(((now - running.pacedFromMs) * rate) / 1_000) - (running.moved - running.pacedFrom);
  if (due() > rate) {
    running.pacedFromMs = now - 1_000;
    running.pacedFrom = running.moved;
  }
  return due();
}

/** When the next few may move: twenty times a second at the most. */
function nextMs({ task: { rate }, moved, pacedFrom, pacedFromMs }: Running, now: number): number {
  if (rate === undefined) return now;
  const few = Math.max(1, Math.floor(rate / TURNS_A_SECOND));
  return pacedFromMs + Math.ceil(((moved - pacedFrom + few) * 1_000) / rate);
}

/** Whether it has not ended, as far as it was written. */
function isOpen({ status }: StoredTask): boolean {
  return status === "RUNNING" || status === "CANCELLING";
}

function notFound(text: string): SluiceError {
  return new SluiceError("ResourceNotFoundException", text);
}

function invalid(text: string): SluiceError {
  return new SluiceError("InvalidParameterValue", text);
}

export class MoveTasks {
  readonly #member: Member;
  readonly #catalogue: Catalogue;
  readonly #running = new Map<string, Running>();

  constructor(member: Member, catalogue: Catalogue) {
    this.#member = member;
    this.#catalogue = catalogue;
  }

  /** Checks and begins a task; its handle. */
  start(options: MessageMoveTaskOptions): string {
    checkNames(options, moveTaskNames);
    const { sourceArn, destinationArn, maxNumberOfMessagesPerSecond } = options;
    const source = this.#find(sourceArn);
    if (destinationArn !== undefined) this.#checkDestination(source, destinationArn);
    checkRate(maxNumberOfMessagesPerSecond);
    if (sourcesOf(this.#catalogue, sourceArn).length === 0) {
      throw invalid("Source queue must be configured as a Dead Letter Queue.");
    }
    const { engine } = this.#member;
    const startedAtMs = this.#member.nowMs();
    const counts = engine.count(source, startedAtMs);
    const task: StoredTask = {
      id: randomUuid(),
      thread: engine.thread,
      word: engine.runners.word((randomWord() | 1) >>> 0),
      status: "RUNNING",
      destinationArn,
      rate: maxNumberOfMessagesPerSecond,
      moved: 0,
      toMove: counts?.visible ?? 0,
      failureReason: undefined,
      startedAtMs,
    };
    this.#change(source, (tasks) => {
      if (tasks.some((one) => this.#isActive(one))) {
        throw invalid(
          "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        );
      }
      return [task, ...tasks].slice(0, limits.maxListed);
    });
    this.#run(source, task, startedAtMs);
    return handleOf(task.id, sourceArn);
  }

  /**
   * A journal has given the broker its queues: what ran in the process before goes on here, from the
   * progress that was written, and what it was to cancel ends. Where memory is full for that, it has failed.
   * What its thread left behind goes on as well, unless somebody was told that it had failed.
   */
  resume(): void {
    const { engine } = this.#member;
    for (const source of this.#catalogue.all()) {
      const [last] = source.tasks;
      if (last === undefined || !isOpen(last)) continue;
      const word = engine.runners.word((randomWord() | 1) >>> 0);
      const task: StoredTask = { ...last, thread: engine.thread, word };
      const isWritten = this.#tryChange(source, (one) => (one.id === task.id ? task : one));
      if (isWritten) this.#run(source, task, this.#member.nowMs());
    }
  }

  #run(source: Known, task: StoredTask, nowMs: number): void {
    const { moved } = task;
    const running: Running = {
      ...{ source, task, moved, pacedFrom: moved },
      ...{ pacedFromMs: nowMs, savedAtMs: nowMs, cancel: () => {} },
    };
    this.#running.set(task.id, running);
    this.#later(running, nextMs(running, nowMs));
  }

  /** The last tasks; `isNews`: that one has failed was written down for this, and stays so when it is durable. */
  list(options: ListTasksOptions): { readonly shown: MessageMoveTask[]; readonly isNews: boolean } {
    checkNames(options, listTasksNames);
    const { sourceArn, maxResults = 1 } = options;
    const { min, max } = limits.maxResults;
    if (!Number.isInteger(maxResults) || maxResults < min || maxResults > max) {
      throw invalid(
        `Value ${maxResults} for parameter MaxResults is invalid. It is ${min} to ${max}.`,
      );
    }
    const isNews = this.#noteLost(this.#find(sourceArn));
    const tasks = this.#find(sourceArn).tasks.slice(0, maxResults);
    return { shown: tasks.map((task) => this.#show(task, sourceArn)), isNews };
  }

  /** Ends a task that runs; how many messages it has moved. */
  cancel(taskHandle: string): number {
    const { taskId, sourceArn } = openHandle(taskHandle) ?? noHandle();
    const source = this.#find(sourceArn);
    const running = this.#running.get(taskId);
    // A handle is a client's text: the queue that it names must be the task's.
    if (running?.source.incarnation === source.incarnation) {
      this.#end(running, "CANCELLED");
      return running.moved;
    }
    this.#noteLost(source);
    let moved = 0;
    this.#change(source, (tasks) => {
      const task = tasks.find(({ id }) => id === taskId);
      if (task === undefined || !this.#isActive(task)) throw notFound("Task does not exist.");
      moved = task.moved;
      return tasks.map((one) => (one === task ? { ...one, status: "CANCELLING" } : one));
    });
    return moved;
  }

  /** Tasks of this thread stop where they are; others see that their thread has gone. */
  close(): void {
    for (const { cancel } of this.#running.values()) cancel();
    this.#running.clear();
  }

  #find(arn: string): Known {
    const known = this.#at(arn);
    if (known !== undefined) return known;
    throw notFound(`The resource that you specified for the SourceArn parameter doesn't exist.`);
  }

  #at(arn: string): Known | undefined {
    return findByArn(this.#catalogue, this.#member.settings.region, arn);
  }

  /** Messages stay in their account, and what another one has is not told. */
  #checkDestination(source: Known, arn: string): void {
    const known = this.#at(arn);
    if (known === undefined || known.account !== source.account) {
      throw notFound(
        "The resource that you specified for the DestinationArn parameter doesn't exist.",
      );
    }
    if (isFifoName(known.name) === isFifoName(source.name)) return;
    throw invalid("Source and destination of a message move task are queues of the same kind.");
  }

  /** A task that a living thread still works on. */
  #isActive(task: StoredTask): boolean {
    return isOpen(task) && this.#member.engine.runners.isAlive(task.thread, task.word);
  }

  /** One whose thread has ended before it: it has failed. */
  #isLost(task: StoredTask): boolean {
    return isOpen(task) && !this.#isActive(task);
  }

  /** Writes down which have failed so; false: none has, or memory is full. */
  #noteLost(source: Known): boolean {
    if (!source.tasks.some((task) => this.#isLost(task))) return false;
    return this.#tryChange(source, (task) =>
      this.#isLost(task) ? { ...task, status: "FAILED", failureReason: INTERNAL } : task,
    );
  }

  #show(task: StoredTask, sourceArn: string): MessageMoveTask {
    const isLost = this.#isLost(task);
    const status = isLost ? "FAILED" : task.status;
    const reason = isLost ? INTERNAL : task.failureReason;
    return {
      ...(status === "RUNNING" && { taskHandle: handleOf(task.id, sourceArn) }),
      status,
      sourceArn,
      ...(task.destinationArn !== undefined && { destinationArn: task.destinationArn }),
      ...(task.rate !== undefined && { maxNumberOfMessagesPerSecond: task.rate }),
      approximateNumberOfMessagesMoved: this.#running.get(task.id)?.moved ?? task.moved,
      approximateNumberOfMessagesToMove: task.toMove,
      ...(reason !== undefined && { failureReason: reason }),
      startedTimestamp: task.startedAtMs + this.#member.wallShiftMs(),
    };
  }

  #change(queue: Known, change: (tasks: readonly StoredTask[]) => readonly StoredTask[]): void {
    this.#catalogue.change(queue, queue.name, (known) => {
      const { settings } = this.#member;
      return {
        entry: { ...known, tasks: change(known.tasks) },
        settings: engineSettings(known.details.attributes, settings, this.#catalogue),
      };
    });
  }

  /** Changes tasks one by one; false when memory is full. */
  #tryChange(queue: Known, change: (task: StoredTask) => StoredTask): boolean {
    try {
      this.#change(queue, (tasks) => tasks.map(change));
      return true;
    } catch (error) {
      if (error instanceof SluiceError && error.code === "CapacityExceeded") return false;
      throw error;
    }
  }

  #later(running: Running, atMs: number): void {
    running.cancel = this.#member.clock.schedule(atMs, () => this.#turn(running));
  }

  /** Moves as much as the rate allows by now, or as one turn of the event loop may take. */
  #turn(running: Running): void {
    if (!this.#member.isOpen) return;
    const { source, task } = running;
    const known = this.#catalogue.at(source);
    const stored = known?.tasks.find(({ id }) => id === task.id);
    if (known === undefined || stored === undefined) this.#running.delete(task.id);
    else if (stored.status === "CANCELLING") this.#end(running, "CANCELLED");
    else {
      const now = this.#now();
      if (now === undefined) this.#end(running, "FAILED", INTERNAL);
      else this.#work(running, namesakesOf(this.#catalogue, known), now);
    }
  }

  /** Undefined: a clock of the program's own can't be read; no call of its is here to be told. */
  #now(): number | undefined {
    try {
      return this.#member.nowMs();
    } catch {
      return undefined;
    }
  }

  #work(running: Running, namesakes: readonly Namesake[], now: number): void {
    const outcome = this.#steps(running, namesakes, now);
    if (outcome === "done") this.#end(running, "COMPLETED");
    else if (outcome !== "more" && outcome !== "wait") this.#end(running, "FAILED", outcome);
    else {
      if (now - running.savedAtMs >= SAVE_MS) {
        running.savedAtMs = now;
        this.#save(running, "RUNNING");
      }
      this.#later(running, outcome === "wait" ? now + RETRY_MS : nextMs(running, now));
    }
  }

  #steps(running: Running, namesakes: readonly Namesake[], now: number): string {
    const { toMove } = running.task;
    for (let steps = 0; steps < STEPS_A_TURN && running.moved < toMove; steps++) {
      const most = Math.min(STEP, allowed(running, now), toMove - running.moved);
      if (most <= 0) return "more";
      const outcome = this.#step(running, most, namesakes, now);
      if (outcome !== "more") return outcome;
    }
    return running.moved < toMove ? "more" : "done";
  }

  /** Moves up to `most`; what to do next, or why it can't go on. */
  #step(running: Running, most: number, namesakes: readonly Namesake[], now: number): string {
    const { source, task } = running;
    const { destinationArn } = task;
    const { engine } = this.#member;
    const to = destinationArn === undefined ? undefined : this.#at(destinationArn);
    if (destinationArn !== undefined && to === undefined) return NO_QUEUE;
    const moved = engine.moves.redrive(source, most, to, namesakes, now);
    // Full: what is there is not in the log yet.
    if (moved === STATUS_LIMIT || moved === STATUS_FULL) return "wait";
    if (moved < 0) return "done";
    running.moved += moved;
    if (engine.moves.returned > 0) return to === undefined ? NO_SOURCE : NO_QUEUE;
    if (moved > 0) return "more";
    return engine.queues.visible(source.number) === 0 ? "done" : "wait";
  }

  #end(running: Running, status: StoredTask["status"], failureReason?: string): void {
    running.cancel();
    if (this.#save(running, status, failureReason)) this.#running.delete(running.task.id);
    // Memory is full: the end is written when there is room.
    else {
      const again = (): void => this.#end(running, status, failureReason);
      running.cancel = this.#member.clock.schedule((this.#now() ?? 0) + RETRY_MS, again);
    }
  }

  /** Writes what has become of a task; false when memory is full. */
  #save(running: Running, status: StoredTask["status"], failureReason?: string): boolean {
    const { source, task, moved } = running;
    if (this.#catalogue.at(source) === undefined) return true;
    try {
      return this.#tryChange(source, (one) =>
        one.id === task.id ? { ...one, status, moved, failureReason } : one,
      );
    } catch (error) {
      if (error instanceof SluiceError && error.code === "QueueDoesNotExist") return true;
      throw error;
    }
  }
}

function noHandle(): never {
  throw invalid("Value for parameter TaskHandle is invalid.");
}

function checkRate(rate: number | undefined): void {
  if (rate === undefined) return;
  const { min, max } = limits.messagesPerSecond;
  if (Number.isInteger(rate) && rate >= min && rate <= max) return;
  throw invalid(
    `Value ${rate} for parameter MaxNumberOfMessagesPerSecond is invalid. ` +
      `It is a whole number from ${min} to ${max}.`,
  );
}
