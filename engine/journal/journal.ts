/**
 * What a journal is: the contract between those who have records (the broker's journal thread, one a
 * broker) and a backend that keeps them. The file log (fileJournal.ts) is a backend. A journal knows
 * nothing of messages: records are bytes, which it gives back in the order in which they came.
 *
 * The life of a journal, always in this order, by one thread, one call at a time:
 *
 *     const journal = await openFileJournal({ directory });    owns the directory
 *     const known = await journal.replay(load);                reads everything, changes nothing
 *     await journal.begin(nowMs);                              a new life; what was torn is cut off
 *     journal.append(conclusions); await journal.commit(nowMs);   before anybody is served
 *
 *     for (;;) {                                               group commit, without a timer:
 *       journal.append(what has gathered elsewhere meanwhile); ...
 *       await journal.commit(nowMs);                           one batch at a time
 *       acknowledge everything up to journal.durable;
 *       journal.clean();
 *     }
 *     await journal.close(nowMs);
 *
 * **Positions.** A position is a count of bytes of records since the journal was made, a whole number
 * below 2^53. `append` answers the position behind its bytes; they are safe when `durable` has reached it.
 *
 * **What is promised.** After a crash of any kind, of the process or of the machine, at any moment,
 * `replay` gives back a prefix of all that was appended, byte for byte and in order, which reaches at
 * least to the greatest `durable` that anybody read. A batch comes back whole or not at all. The
 * beginning may be missing up to the segment named by the last `discardBefore`. What lies between
 * `durable` and the end of what was appended may be there after a crash, or not.
 *
 * **Errors** are `JournalError`s. A *retryable* one (the disk is full, no file handles) changed nothing:
 * what was appended is still gathered, and the same call may be made again later. Any other is the end:
 * each later call fails with the same error, `durable` stands still for ever, and only a new process
 * may ask the disk what is on it. A sync that failed is never tried again, since the system may have
 * dropped what it could not write and would say that all is well.
 */

/** One batch as `replay` and `read` show it. */
export interface Batch {
  /** 1, 2, 3, … over all segments. */
  readonly number: number;
  /** The segment that holds it: 1, 2, 3, … */
  readonly segment: number;
  /** Where it begins in its segment's file. */
  readonly at: number;
  /** The position of its first byte. */
  readonly position: number;
  /** `nowMs` of the call that wrote it. */
  readonly nowMs: number;
  /** Its records, back to back, as they were appended. Only good until the visitor returns. */
  readonly records: Uint8Array;
}

/** Called for each batch that has records, in order. What it throws ends the reading. */
export type Visit = (batch: Batch) => void;

/** What a journal knew when it was opened. */
export interface Replayed {
  /** How many times it was begun before: 0 of a new one. */
  readonly lives: number;
  /** The greatest `nowMs` in it, 0 of a new one. */
  readonly nowMs: number;
  /** The position behind the last byte of it, from which `append` goes on. */
  readonly position: number;
  /** The oldest segment that was read. */
  readonly oldestSegment: number;
  /** Bytes behind the last whole batch, which `begin` cuts off: 0 after an orderly end. */
  readonly tornBytes: number;
}

/**
 * How much room there is. `open`: all is well. `low`: take no more new messages, so that what
 * frees room still finds some; records are still accepted. `full`: the last batch found none.
 */
export type Room = "open" | "low" | "full";

export interface Journal {
  /**
   * Reads all that is kept and shows it. Once, before `begin`; changes nothing on the disk. Rejects
   * with `Corrupt` where something is damaged that was durable, `NewerVersion`, `Foreign`, `DiskFailed`.
   */
  replay(visit: Visit): Promise<Replayed>;

  /** Begins a new life: from now on `append` and what follows may be called. Once, after `replay`. */
  begin(nowMs: number): Promise<void>;

  /**
   * Adds whole records to the batch that gathers. Copies them; answers the position behind them. Throws
   * a RangeError for more than `gatherRoom` bytes: `write` first. Costs a copy, and no call of the disk.
   */
  append(records: Uint8Array): number;

  /** How many bytes `append` takes before the next `write`. */
  readonly gatherRoom: number;

  /** The position behind all that was appended. */
  readonly appended: number;

  /**
   * The position up to which all is written, so that it survives the death of the process but not that
   * of the machine: what may be acknowledged where durability is relaxed.
   */
  readonly written: number;

  /** The position up to which all is on the disk, so that it survives both. Never goes back. */
  readonly durable: number;

  /** How many bytes this life has given to the disk: records, and what stands around them. */
  readonly diskBytes: number;

  /** And how many zeros for its reserve. */
  readonly reserveBytes: number;

  /** How long all segments are together. */
  readonly heldBytes: number;

  /** Makes one batch of what gathered, and writes it. Nothing gathered: does nothing. */
  write(nowMs: number): Promise<void>;

  /** Makes durable what is written. Nothing new: does nothing. */
  sync(): Promise<void>;

  /**
   * Begins to make durable what is written, beside what follows; `durable` moves in `settle`, when that is done.
   * False: not now, and `sync` does it. Nothing new: true.
   */
  beginSync(): boolean;

  /** Takes note of what `beginSync` began and is done. Throws what `sync` rejects with. */
  settle(): void;

  /** `write`, then `sync`. */
  commit(nowMs: number): Promise<void>;

  /**
   * Says on the disk that the last batch is durable, by a batch without records, and syncs it. To be called when
   * nothing came for 100 ms, so that damage to the last batch can be told from a crash. Does nothing
   * where that is said already.
   */
  mark(nowMs: number): Promise<void>;

  /**
   * All that is still true in segments below `segment` was appended again: the next batch says so, and
   * when that is durable `clean` may take them away. Throws a RangeError for a number that is below an
   * earlier call's or above `currentSegment`.
   */
  discardBefore(segment: number): void;

  /**
   * Takes away what is no longer needed, oldest first; answers how many segments that were. Apart from
   * `sync`, because it may take milliseconds and nobody who waits for an acknowledgement waits for it.
   */
  clean(): Promise<number>;

  /** The oldest segment that is there. */
  readonly oldestSegment: number;

  /** The segment that is being written. All below it are sealed: they never change. */
  readonly currentSegment: number;

  /**
   * Shows batches of a sealed segment that is there, about `bytes` bytes of them: what may still be true in it?
   * Answers whether there are more, which the next call for it shows. Rejects as `replay`, and with
   * `NoFileHandles`, after which it may be called again.
   */
  read(segment: number, visit: Visit, bytes: number): Promise<boolean>;

  /** How much room there is, as of the last `survey` or write. */
  readonly room: Room;

  /** Asks how much room there is, and gets the reserve back when there is enough: every 100 ms or so. */
  survey(): Promise<Room>;

  /** Commits what gathered, marks it, and gives the journal back. Gives it back also when that fails. */
  close(nowMs: number): Promise<void>;
}
