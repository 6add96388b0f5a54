/**
 * A bare loop of write and sync on the same work, and other stores, where they are installed: what gathers
 * while a commit runs goes into the next one, as in Sluice. A slower disk is a pause behind each commit, in
 * the thread that makes it where the store syncs there. They are no dependencies of Sluice: `npm run stores` installs them, and who is not there is said.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { SharedBlock } from "../../bindings/index.ts";
import type { Store, Syncs } from "./pairs.ts";

/** What is to be committed at once: bodies that come, and how many of the oldest go. */
interface Group {
  readonly bodies: readonly Uint8Array[];
  readonly deletions: number;
}

type Commit = (group: Group) => void | Promise<void>;
/** Opens a store in a directory; rejects where it is not installed. */
type Open = (
  directory: string,
  delayMs: number,
) => Promise<{ commit: Commit; close(): Promise<void> }>;

const clock = new SharedBlock(8);

/** Where `npm run stores` puts them. */
const STORES = new URL("../../../bench/durable/stores/package.json", import.meta.url);

/** Modules that this package does not have: looked up by name when it is asked for. */
function load(name: string): unknown {
  return createRequire(STORES)(name);
}

interface Sqlite {
  pragma(text: string): unknown;
  exec(text: string): unknown;
  prepare(text: string): { run(...values: unknown[]): unknown };
  close(): void;
}

const openSqlite: Open = async (directory, delayMs) => {
  const Database = load("better-sqlite3") as new (file: string) => Sqlite;
  const database = new Database(join(directory, "store.sqlite"));
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE messages (id INTEGER PRIMARY KEY, body BLOB NOT NULL)");
  const insert = database.prepare("INSERT INTO messages (body) VALUES (?)");
  const remove = database.prepare(
    "DELETE FROM messages WHERE id IN (SELECT id FROM messages ORDER BY id LIMIT ?)",
  );
  const commit: Commit = ({ bodies, deletions }) => {
    database.exec("BEGIN");
    for (const body of bodies) insert.run(body);
    if (deletions > 0) remove.run(deletions);
    database.exec("COMMIT");
    clock.pause(delayMs);
  };
  return { commit, close: async () => database.close() };
};

interface Lmdb {
  batch(act: () => void): Promise<boolean>;
  put(key: number, value: Uint8Array): unknown;
  remove(key: number): unknown;
  readonly flushed: Promise<unknown>;
  close(): Promise<void>;
}

const openLmdb: Open = async (directory, delayMs) => {
  const { open } = load("lmdb") as { open: (options: object) => Lmdb };
  const database = open({ path: join(directory, "lmdb"), encoding: "binary" });
  let [next, oldest] = [0, 0];
  const commit: Commit = async ({ bodies, deletions }) => {
    await database.batch(() => {
      for (const body of bodies) database.put(next++, body);
      for (let count = 0; count < deletions; count++) database.remove(oldest++);
    });
    await database.flushed;
    clock.pause(delayMs);
  };
  return { commit, close: () => database.close() };
};

interface Level {
  batch(operations: readonly object[], options: { readonly sync: boolean }): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

const openLevel: Open = async (directory, delayMs) => {
  const { ClassicLevel } = load("classic-level") as {
    ClassicLevel: new (path: string, options: object) => Level;
  };
  const database = new ClassicLevel(join(directory, "level"), { valueEncoding: "view" });
  await database.open();
  let [next, oldest] = [0, 0];
  const keyOf = (number: number): string => String(number).padStart(12, "0");
  const commit: Commit = async ({ bodies, deletions }) => {
    const puts = bodies.map((value) => ({ type: "put", key: keyOf(next++), value }));
    const dels = Array.from({ length: deletions }, () => ({ type: "del", key: keyOf(oldest++) }));
    await database.batch([...puts, ...dels], { sync: true });
    clock.pause(delayMs);
  };
  return { commit, close: () => database.close() };
};

/** What stands around a message in a log, and what a deletion takes: about as much as ours. */
export const AROUND_BYTES = 104;
export const DELETION_BYTES = 24;

/** No store: the same senders' bytes are written and synced, and nobody could find anything in them. */
const openBare: Open = async (directory, delayMs) => {
  const file = openSync(join(directory, "bare"), "w");
  let at = 0;
  const commit: Commit = ({ bodies, deletions }) => {
    const around = bodies.length * AROUND_BYTES + deletions * DELETION_BYTES;
    const bytes = Buffer.concat([...bodies, Buffer.alloc(around)]);
    at += writeSync(file, bytes, 0, bytes.length, at);
    fdatasyncSync(file);
    clock.pause(delayMs);
  };
  return { commit, close: async () => closeSync(file) };
};

export const BARE = "a bare loop of write and sync";

export const OTHERS: ReadonlyMap<string, Open> = new Map([
  [BARE, openBare],
  ["better-sqlite3", openSqlite],
  ["lmdb", openLmdb],
  ["classic-level", openLevel],
]);

/** Commits what gathers, one group at a time. */
class Grouped implements Store {
  readonly name: string;
  readonly #commit: Commit;
  readonly #close: () => Promise<void>;
  #bodies: Uint8Array[] = [];
  #deletions = 0;
  #waiting: (() => void)[] = [];
  #isCommitting = false;
  #commits = 0;
  #commitMs = 0;

  constructor(name: string, commit: Commit, close: () => Promise<void>) {
    this.name = name;
    this.#commit = commit;
    this.#close = close;
  }

  async fill(count: number, body: Uint8Array): Promise<void> {
    await this.#commit({ bodies: Array.from({ length: count }, () => body), deletions: 0 });
  }

  async pair(body: Uint8Array): Promise<void> {
    this.#bodies.push(body);
    await this.#next();
    this.#deletions += 1;
    await this.#next();
  }

  diskBytes(): undefined {
    return undefined;
  }

  syncs(): Syncs {
    return { count: this.#commits, ms: this.#commitMs };
  }

  close(): Promise<void> {
    return this.#close();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#isCommitting) return;
      this.#isCommitting = true;
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const [bodies, deletions, waiting] = [this.#bodies, this.#deletions, this.#waiting];
      [this.#bodies, this.#deletions, this.#waiting] = [[], 0, []];
      const beganMs = performance.now();
      await this.#commit({ bodies, deletions });
      this.#commitMs += performance.now() - beganMs;
      this.#commits += 1;
      for (const resolve of waiting) resolve();
      // Those that were told send again first.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isCommitting = false;
  }
}

/** Rejects where it is not installed. */
export async function openOther(name: string, directory: string, delayMs: number): Promise<Store> {
  const open = OTHERS.get(name);
  if (open === undefined) throw new Error(`there is no store ${name}`);
  const { commit, close } = await open(directory, delayMs);
  return new Grouped(name, commit, close);
}
