/**
 * Who a process is, in words that outlive it, and whether the process that those words describe still
 * runs. Used by the lock of a directory (lock.ts). Reads /proc where there is one.
 *
 * A process's number is given to another one after its death; its number and the moment of its start,
 * in ticks since the machine's, are not. Where there is no /proc (macOS, Windows) only the number
 * can be asked after, so a number that was given anew counts as alive: the error says which file to
 * remove. A process of another machine, or of a container that sees other processes than this one, can't be
 * asked after at all, and counts as alive as well.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "./journalError.ts";

export interface Owner {
  readonly pid: number;
  /** When it started, in the kernel's ticks; empty where there is no /proc. */
  readonly start: string;
  /** Which machine, and which start of it. */
  readonly host: string;
  readonly boot: string;
  /** Which processes it sees: the namespace of its container. */
  readonly namespace: string;
}

/** What a file says, or nothing where it can't be read. */
function attempt(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return "";
  }
}

/** When a process of this namespace started; empty when it does not run or there is no /proc. */
function startOf(pid: number): string {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The second field is the program's name, in brackets, and may hold spaces and brackets. A zombie has
  // ended, and waits for nothing but its parent.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0] ?? "";
  return state === "Z" || state === "X" ? "" : (fields[19] ?? "");
}

export function thisProcess(): Owner {
  return {
    pid: process.pid,
    start: startOf(process.pid),
    host: hostname(),
    boot: attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")),
    namespace: attempt(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/** Whether the owner may still run; `self` is who asks. Says no only where that is certain. */
export function mayBeAlive(owner: Owner, self: Owner): boolean {
  if (owner.host !== self.host) return true;
  if (owner.boot !== self.boot) return false;
  if (owner.namespace !== self.namespace) return true;
  if (self.start !== "") return startOf(owner.pid) === owner.start;
  return runs(owner.pid);
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}
