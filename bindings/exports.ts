/**
 * What the compiled engine offers, as TypeScript sees it: numbers in, numbers out. A test compares
 * the list of names with the real module. Counts are 0 or more, statuses below 0 (STATUS_* of
 * assembly/layout.ts). `thread` is the caller's own number unless said otherwise; `now` is
 * milliseconds since 1970; a queue is named by its number and its incarnation.
 * Only engine.ts, outbox.ts and inbox.ts call these.
 */
export interface EngineExports {
  /** Writes the header: 0, or STATUS_LIMIT when that does not fit. Once, by whoever opens. */
  memoryInit(memoryPages: number, threadsMax: number, queuesMax: number, slotsMax: number): number;
  threadAttach(role: number): number;
  threadDetach(thread: number): void;
  /** The steward's: marks `dead` as dead and puts right what it held. */
  threadDied(self: number, dead: number): void;
  /** This thread trapped in an earlier call: puts right what it left. */
  threadTrapped(self: number): void;

  send(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  prepare(thread: number, index: number, now: number): number;
  write(thread: number, index: number, contentOffset: number, bytes: number): void;
  commit(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  receive(
    thread: number,
    queue: number,
    incarnation: number,
    max: number,
    visibilityMs: number,
    now: number,
  ): number;
  receiveAttempt(
    thread: number,
    queue: number,
    incarnation: number,
    max: number,
    visibilityMs: number,
    attemptBytes: number,
    now: number,
  ): number;
  read(
    thread: number,
    index: number,
    contentOffset: number,
    bytes: number,
    bufferOffset: number,
  ): number;
  peek(thread: number, queue: number, incarnation: number, most: number, now: number): number;
  remove(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  hide(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  /** Extends what handlers hold; when to call again, infinity: nothing is held. */
  heartbeat(thread: number, now: number): number;
  /** 1: the message of record `index`, RESULT_GONE a moment ago, lives on in another queue. */
  hasMoved(
    thread: number,
    queue: number,
    index: number,
    birthLow: number,
    birthHigh: number,
    now: number,
  ): number;
  /**
   * Moves up to ten messages to queue `to`, or, when `toIncarnation` is 0, each back home or, where
   * that is gone, to its namesake; `namesakes` of them stand in staging.
   */
  redrive(
    thread: number,
    queue: number,
    incarnation: number,
    most: number,
    to: number,
    toIncarnation: number,
    namesakes: number,
    now: number,
  ): number;
  /** Up to ten visible messages become dead letters; how many left. */
  exhaust(thread: number, queue: number, incarnation: number, most: number, now: number): number;
  /** Likewise what is in flight of handle records 0 to count - 1, ten at most. */
  exhaustHeld(
    thread: number,
    queue: number,
    incarnation: number,
    count: number,
    now: number,
  ): number;
  throttle(
    thread: number,
    queue: number,
    incarnation: number,
    action: number,
    count: number,
    now: number,
  ): number;
  advance(thread: number, queue: number, incarnation: number, now: number): number;
  count(thread: number, queue: number, incarnation: number, now: number): number;
  countEmptyReceive(queue: number): void;
  answerWant(thread: number): void;
  cut(thread: number, queue: number, incarnation: number, now: number): number;
  reclaim(thread: number, queue: number, steps: number): number;

  waitBegin(thread: number, queue: number): void;
  waitEnd(thread: number, queue: number): void;
  takeDirty(thread: number, queue: number): number;
  watch(queue: number, dueMs: number): void;
  wake(queue: number): void;
  wakeAll(queue: number): void;

  catalogueCreate(thread: number, version: number, entryBytes: number): number;
  catalogueChange(
    thread: number,
    version: number,
    queue: number,
    incarnation: number,
    entryBytes: number,
  ): number;
  catalogueDelete(
    thread: number,
    version: number,
    queue: number,
    incarnation: number,
    now: number,
  ): number;
  /** A fresh memory's: 0 or a status. */
  catalogueRestore(thread: number, queue: number, incarnation: number, entryBytes: number): number;
  /** 1: the deleted queue's number is free. */
  catalogueEnd(thread: number, queue: number): number;
  entryRead(thread: number, queue: number): number;

  /** Queues that are made from now on write down what happens to them, for this thread to read. */
  journalBegin(thread: number): void;
  effectsTrim(thread: number, queue: number): void;
  restate(thread: number, queue: number, incarnation: number, count: number): number;
  resync(thread: number, queue: number, from: number): number;
  /** Begins a part of the log for a queue, about so many bytes of entries; how many records it has. */
  drainBegin(thread: number, queue: number, entriesMax: number): number;
  /** Bytes of entries in the buffer; 0: the part is done. */
  drain(thread: number): number;
  drained(thread: number): void;
  loadBegin(thread: number): void;
  /** Goes through the entries in the buffer; how many bytes are done. */
  loadEntries(thread: number, address: number, bytes: number): number;
  loadAhead(address: number, bytes: number): void;
  /** The message in slot `at` has slot `to` for good: where it is now; 0: it is not there. */
  loadMoved(thread: number, shard: number, sequence: number, at: number, to: number): number;
  /** Where the message of a lent slot is from now on; 0: it is there no more. */
  loadSettle(thread: number, slot: number, shard: number, sequence: number, own: number): number;
  loadShard(thread: number, queue: number): number;
  loadBuild(thread: number, queue: number): number;
  loadNodes(thread: number, queue: number, count: number): number;
  loadAttempt(thread: number, queue: number, count: number): number;
  loadDeparted(thread: number): number;
  loadEnd(thread: number, births: number, messages: number): void;

  mac(thread: number, bytes: number): void;
  messageId(thread: number, birthLow: number, birthHigh: number): void;
}

/** Every name above; the compiler refuses a list that lacks one. */
export const exportNames = Object.keys({
  memoryInit: true,
  threadAttach: true,
  threadDetach: true,
  threadDied: true,
  threadTrapped: true,
  send: true,
  prepare: true,
  write: true,
  commit: true,
  receive: true,
  receiveAttempt: true,
  read: true,
  peek: true,
  remove: true,
  hide: true,
  heartbeat: true,
  hasMoved: true,
  redrive: true,
  exhaust: true,
  exhaustHeld: true,
  throttle: true,
  advance: true,
  count: true,
  countEmptyReceive: true,
  answerWant: true,
  cut: true,
  reclaim: true,
  waitBegin: true,
  waitEnd: true,
  takeDirty: true,
  watch: true,
  wake: true,
  wakeAll: true,
  catalogueCreate: true,
  catalogueChange: true,
  catalogueDelete: true,
  catalogueRestore: true,
  catalogueEnd: true,
  entryRead: true,
  journalBegin: true,
  effectsTrim: true,
  restate: true,
  resync: true,
  drainBegin: true,
  drain: true,
  drained: true,
  loadBegin: true,
  loadEntries: true,
  loadAhead: true,
  loadMoved: true,
  loadSettle: true,
  loadShard: true,
  loadBuild: true,
  loadNodes: true,
  loadAttempt: true,
  loadDeparted: true,
  loadEnd: true,
  mac: true,
  messageId: true,
} satisfies Record<keyof EngineExports, true>);
