/**
 * One process, and one journal of it, owns a directory. Each who wants it puts down a file of his own,
 * `lock.PID-RANDOM`, and then looks at all the others: since everybody writes before he reads, of two
 * that start at once at least one sees the other. A file whose process is dead is removed by whoever
 * finds it; that is safe because nobody ever uses its name again. So nothing is taken over, and there is no
 * moment in which a lock changes hands.
 *
 * Two that start at once and see each other: the one whose name is less stays, and waits for the other
 * to go or to say that it is the owner already. The files are no part of the log: nothing is lost with
 * them, and a crash that keeps or drops them changes nothing.
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { wallMs } from "../clock.ts";
import { randomWord } from "../random.ts";
import { diskError, JournalError, systemCode } from "./journalError.ts";
import { LOCK_PREFIX } from "./names.ts";
import { mayBeAlive, type Owner, thisProcess } from "./owner.ts";

export interface Lock {
  /** Its file. */
  readonly name: string;
  /** Gives the directory back. */
  release(): void;
}

interface Claim extends Owner {
  /** When the file was written, for people. */
  readonly since: string;
}

/** A claim in a file of the directory. */
interface Found {
  readonly name: string;
  readonly claim: Claim;
  /** Whether he has looked at the others, and stayed: an empty file beside his says so. */
  readonly isOwner: boolean;
}

/** A temporary name begins like this, so that half a file is never read. */
const HALF = `${LOCK_PREFIX}half-`;
const OWNER = ".owner";
const WAIT_MS = 20;
/** Who has not decided by then is stopped, or very slow: about 5 seconds. */
const WAITS_MAX = 250;

/** Takes the directory, or rejects with `Locked`, which says who has it. */
export async function takeLock(directory: string): Promise<Lock> {
  const self = thisProcess();
  const suffix = randomWord().toString(16).padStart(8, "0");
  const name = `${LOCK_PREFIX}${self.pid}-${suffix}`;
  const since = new Date(wallMs()).toISOString();
  const claim: Claim = { ...self, since };
  const lock = lockNamed(directory, name);
  try {
    put(directory, name, claim);
    for (let waits = 0; ; waits++) {
      const other = strongest(livingOthers(directory, name, self), name);
      if (other === undefined) break;
      if (other.isOwner || other.name < name || waits === WAITS_MAX) throw locked(directory, other);
      await sleep(WAIT_MS);
    }
    writeFileSync(join(directory, name + OWNER), "");
    return lock;
  } catch (error) {
    const told = error instanceof JournalError ? error : diskError(`lock ${directory}`, error);
    try {
      lock.release();
    } catch {
      // Where nothing may be written nothing can be removed either, and the first error says why.
    }
    throw told;
  }
}

/** A lock of this process's, as another of its threads took it. */
export function lockNamed(directory: string, name: string): Lock {
  return { name, release: () => remove(directory, name) };
}

/**
 * For who only looks: throws `Locked`, which says who it is, while somebody has the directory. Changes
 * nothing; who comes afterwards is not kept out.
 */
export function refuseOwned(directory: string): void {
  const self = thisProcess();
  const living = claimsIn(directory).filter(({ claim }) => mayBeAlive(claim, self));
  const owner = strongest(living, "");
  if (owner !== undefined) throw locked(directory, owner);
}

/** Writes a claim so that it is there whole or not at all. */
function put(directory: string, name: string, claim: Claim): void {
  const half = join(directory, HALF + name);
  writeFileSync(half, `${JSON.stringify(claim)}\n`);
  renameSync(half, join(directory, name));
}

/** Claims of others that may be alive; those of the dead are removed. */
function livingOthers(directory: string, own: string, self: Owner): Found[] {
  return claimsIn(directory, own).filter(({ name, claim }) => {
    const isAlive = mayBeAlive(claim, self);
    if (!isAlive) remove(directory, name);
    return isAlive;
  });
}

/** All claims but one's own. */
function claimsIn(directory: string, own?: string): Found[] {
  const names = readdirSync(directory).filter((name) => name.startsWith(LOCK_PREFIX));
  const found: Found[] = [];
  for (const name of names) {
    if (name === own || name.startsWith(HALF) || name.endsWith(OWNER)) continue;
    const claim = readClaim(directory, name);
    if (claim === undefined) continue;
    // Asked of the directory now: he may have decided since the names were read.
    found.push({ name, claim, isOwner: existsSync(join(directory, name + OWNER)) });
  }
  return found;
}

/** An owner before all others; of those that have not decided, the one whose name is least. */
function strongest(others: readonly Found[], own: string): Found | undefined {
  const sorted = [...others].sort((one, other) => (one.name < other.name ? -1 : 1));
  return (
    sorted.find(({ isOwner }) => isOwner) ?? sorted.find(({ name }) => name < own) ?? sorted[0]
  );
}

/** Nothing where the file is gone by now; what can't be read is somebody's. */
function readClaim(directory: string, name: string): Claim | undefined {
  const path = join(directory, name);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JournalError(
      "Locked",
      `${path} is no lock of Sluice's; remove it if nobody uses the directory.`,
      error,
    );
  }
}

function locked(directory: string, { name, claim }: Found): JournalError {
  const self = thisProcess();
  const who =
    claim.host !== self.host || claim.namespace !== self.namespace
      ? `process ${claim.pid} of ${claim.host}, which can't be seen from here`
      : claim.pid === self.pid
        ? "another broker of this process"
        : `process ${claim.pid}`;
  return new JournalError(
    "Locked",
    `${directory} belongs to ${who}, since ${claim.since}. If that is certainly gone, remove ${join(directory, name)}.`,
  );
}

/** Removes a claim, and first what says that it is an owner's. */
function remove(directory: string, name: string): void {
  for (const file of [name + OWNER, name]) {
    try {
      unlinkSync(join(directory, file));
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
}
