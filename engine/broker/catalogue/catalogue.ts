/**
 * Which queues there are: this thread's copy of the catalogue in shared memory. Any thread may
 * create, change and delete; each compares the catalogue's version with its copy's before it uses
 * the copy, and a change that was based on an older version is refused and made again. One integer
 * compared a lookup; a changed catalogue costs one pass over the descriptors.
 *
 * A queue is found by its account and its name: two accounts may have queues of one name. No two that
 * live have both in common.
 *
 * An entry is one msgpackr value, an array in the order of `pack`; names and values of maps stand
 * in pairs, since as keys of an object some names would be lost. One that is larger than a block is
 * deflated: a Policy of 8 KiB and 50 tags of 128 and 256 characters are 28 KB in ASCII, but 47 to
 * 85 KB in other scripts.
 */
import { Packr } from "msgpackr/pack";
import {
  ENTRY_BYTES_MAX,
  type QueueHandle,
  type QueueSettings,
  STATUS_CHANGED,
  STATUS_FULL,
  STATUS_GONE,
  STATUS_LIMIT,
} from "../../../bindings/index.ts";
import { noSuchQueue, SluiceError } from "../../errors.ts";
import type { MessageMoveTask, QueueDetails } from "../../types.ts";
import { full, type Member } from "../threads/member.ts";

/** Loaded when it is wanted, which is hardly ever: each thread of a broker has this file, and starts sooner. */
function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}

/** Which queue is meant, whether it is there or not. */
export interface QueueKey {
  /** Twelve digits. */
  readonly account: string;
  readonly name: string;
}

/** A queue in this thread's copy; replaced, never changed, when the queue is changed. */
export interface Known extends Entry, QueueKey, QueueHandle {
  /** The descriptor's version that the entry was read at. */
  readonly version: number;
}

/** A message move task, and who runs it: a thread, and the word it has while it lives. */
export interface StoredTask {
  readonly id: string;
  readonly thread: number;
  readonly word: number;
  readonly status: MessageMoveTask["status"];
  /** Undefined: each message to the queue it came from. */
  readonly destinationArn: string | undefined;
  readonly rate: number | undefined;
  readonly moved: number;
  readonly toMove: number;
  readonly failureReason: string | undefined;
  readonly startedAtMs: number;
}

/** A queue whose dead letters came here until it was deleted or set to send them elsewhere. */
export interface FormerSource {
  readonly incarnation: number;
  readonly name: string;
  readonly leftAtMs: number;
}

/** What is stored of a queue besides its account and name. */
export interface Entry {
  readonly details: QueueDetails;
  /** When it was last purged; 0 for never. Kept only where the 60-second rule is on. */
  readonly purgedAtMs: number;
  /** The last move tasks that took messages out of it, newest first. */
  readonly tasks: readonly StoredTask[];
  /** Where dead letters in it may have come from besides its sources, newest first. */
  readonly formerSources: readonly FormerSource[];
}

const packr = new Packr({ useRecords: false });
/** The first byte of a deflated entry; msgpack begins nothing with it. */
const DEFLATED = 0xc1;
/** A change that others were quicker than is tried again; so often only when something is wrong. */
const TRIES_MAX = 1_000;
const RECLAIM_STEPS = 10_000;

type Pairs = [string, string][];

type Packed = [
  account: string,
  name: string,
  attributes: QueueDetails["attributes"],
  stored: Pairs,
  tags: Pairs,
  createdAtMs: number,
  modifiedAtMs: number,
  purgedAtMs: number,
  tasks: readonly StoredTask[],
  formerSources: readonly FormerSource[],
];

function pack({ account, name }: QueueKey, entry: Entry): Uint8Array {
  const { details, purgedAtMs, tasks, formerSources } = entry;
  const packed: Packed = [
    account,
    name,
    details.attributes,
    Object.entries(details.stored),
    Object.entries(details.tags),
    details.createdAtMs,
    details.modifiedAtMs,
    purgedAtMs,
    tasks,
    formerSources,
  ];
  const bytes = packr.pack(packed);
  if (bytes.length <= ENTRY_BYTES_MAX) return bytes;
  const deflated = zlib().deflateRawSync(bytes);
  if (deflated.length < ENTRY_BYTES_MAX) return Buffer.concat([Buffer.of(DEFLATED), deflated]);
  throw tooLarge(name);
}

function tooLarge(queue: string): SluiceError {
  const text = `Attributes and tags of a queue take at most ${ENTRY_BYTES_MAX} bytes, compressed.`;
  return new SluiceError("OverLimit", text, { queue });
}

/** What an entry says. Frozen, since every caller is given the same copy. */
export function unpackEntry(bytes: Uint8Array): QueueKey & Entry {
  const isDeflated = bytes[0] === DEFLATED;
  const packed = packr.unpack(
    isDeflated ? zlib().inflateRawSync(bytes.subarray(1)) : bytes,
  ) as Packed;
  const [account, name, attributes, stored, tags, ...rest] = packed;
  const [createdAtMs, modifiedAtMs, purgedAtMs, tasks, formerSources] = rest;
  const details = Object.freeze({
    attributes: Object.freeze(attributes),
    stored: Object.freeze(Object.fromEntries(stored)),
    tags: Object.freeze(Object.fromEntries(tags)),
    createdAtMs,
    modifiedAtMs,
  });
  return { account, name, details, purgedAtMs, tasks, formerSources };
}

/** By account, then by name. */
type Named = Map<string, Map<string, Known>>;

function keep(named: Named, known: Known): void {
  const queues = named.get(known.account);
  if (queues === undefined) named.set(known.account, new Map([[known.name, known]]));
  else queues.set(known.name, known);
}

export class Catalogue {
  readonly #member: Member;
  #version = -1;
  readonly #numbered: (Known | undefined)[] = [];
  #named: Named = new Map();

  constructor(member: Member) {
    this.#member = member;
  }

  /** The queue of this account and name, now. */
  find({ account, name }: QueueKey): Known | undefined {
    this.#refresh();
    return this.#named.get(account)?.get(name);
  }

  /** What is known of the queue now; undefined when it is no more. */
  at({ number, incarnation }: QueueHandle): Known | undefined {
    this.#refresh();
    const known = this.#numbered[number];
    return known?.incarnation === incarnation ? known : undefined;
  }

  /** The names of an account's queues, in order of their characters. */
  names(account: string): string[] {
    this.#refresh();
    return [...(this.#named.get(account)?.keys() ?? [])].sort();
  }

  /** The queues of all accounts. */
  all(): Known[] {
    return [...this.each()];
  }

  /** As `all`, for who looks at each once and makes or changes none meanwhile. */
  *each(): Generator<Known, void> {
    this.#refresh();
    for (const queues of this.#named.values()) yield* queues.values();
  }

  /** Makes a queue, or answers the one that its account has by this name already. */
  create(key: QueueKey, entry: Entry, settings: QueueSettings): { known: Known; isNew: boolean } {
    const { name } = key;
    const bytes = pack(key, entry);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const known = this.find(key);
      if (known !== undefined) return { known, isNew: false };
      const { engine } = this.#member;
      const status = engine.createQueue(this.#version, engine.queues.writeImage(settings, bytes));
      if (status >= 0) {
        this.#adopt(status);
        const made = this.find(key);
        // Another thread may have deleted it already.
        if (made !== undefined) return { known: made, isNew: true };
      } else if (status === STATUS_LIMIT) {
        if (!this.#reclaimDeleted()) throw this.#tooMany(name);
      } else if (status !== STATUS_CHANGED) {
        throw this.#member.failure(status, name);
      }
    }
    throw full(name);
  }

  /** Changes a queue by `change`, which is called again when another thread was quicker. */
  change(
    queue: QueueHandle,
    name: string,
    change: (known: Known) => { entry: Entry; settings: QueueSettings },
  ): void {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const known = this.at(queue);
      if (known === undefined) throw noSuchQueue(name);
      const { entry, settings } = change(known);
      const { engine } = this.#member;
      const bytes = engine.queues.writeImage(settings, pack(known, entry));
      const status = engine.changeQueue(this.#version, queue, bytes);
      if (status >= 0) return;
      if (status === STATUS_LIMIT) throw tooLarge(name);
      if (status !== STATUS_CHANGED) throw this.#member.failure(status, name);
    }
    throw full(name);
  }

  /** Deletes the queue of this account and name; what it was. */
  delete(key: QueueKey): Known {
    const { name } = key;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const known = this.find(key);
      if (known === undefined) break;
      const now = this.#member.nowMs();
      const status = this.#member.engine.deleteQueue(this.#version, known, now);
      if (status >= 0) return known;
      if (status !== STATUS_CHANGED && status !== STATUS_GONE) {
        throw this.#member.failure(status, name);
      }
    }
    throw noSuchQueue(name);
  }

  #tooMany(queue: string): SluiceError {
    const most = this.#member.engine.queues.count;
    return new SluiceError("OverLimit", `This broker holds at most ${most} queues.`, { queue });
  }

  /** Deleted queues keep their number until their messages are freed; frees them all now. */
  #reclaimDeleted(): boolean {
    const { engine } = this.#member;
    let found = false;
    for (let number = 0; number < engine.queues.count; number++) {
      if (!engine.queues.isDeleted(number)) continue;
      found = true;
      while (engine.reclaim(number, RECLAIM_STEPS) > 0);
    }
    return found;
  }

  /**
   * After this thread made the queue of that number: where no other change came between, it alone is read,
   * and not all, which would take the longer the more there are.
   */
  #adopt(number: number): void {
    const { queues } = this.#member.engine;
    const version = (this.#version + 1) | 0;
    if (queues.catalogueVersion() !== version) return;
    const known = this.#read(number);
    if (known === undefined || known === "changed") return;
    this.#numbered[number] = known;
    keep(this.#named, known);
    this.#version = version;
  }

  #refresh(): void {
    const { queues } = this.#member.engine;
    while (queues.catalogueVersion() !== this.#version) {
      const version = queues.catalogueVersion();
      const named: Named = new Map();
      let isWhole = true;
      for (let number = 0; number < queues.used; number++) {
        const known = queues.isLive(number) ? this.#read(number) : undefined;
        if (known === "changed") {
          isWhole = false;
          break;
        }
        this.#numbered[number] = known;
        if (known !== undefined) keep(named, known);
      }
      if (!isWhole) continue;
      this.#named = named;
      this.#version = version;
    }
  }

  #read(number: number): Known | undefined | "changed" {
    const { engine } = this.#member;
    const { queues } = engine;
    const before = this.#numbered[number];
    const isSame =
      before !== undefined &&
      before.incarnation === queues.incarnation(number) &&
      before.version === queues.version(number);
    if (isSame) return before;
    const bytes = engine.readEntry(number);
    if (bytes === STATUS_GONE) return undefined;
    if (bytes === STATUS_CHANGED || bytes === STATUS_FULL) return "changed";
    const { entry, isLive, incarnation, version } = queues.takeEntry(bytes);
    return isLive ? { ...unpackEntry(entry), number, incarnation, version } : undefined;
  }
}
