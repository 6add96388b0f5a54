/**
 * The real disk, with an error at one of its calls: at the n-th of a kind, or from then on. A write that finds no
 * room takes a part before: the system says how many bytes it took, and only the next call fails. A sync that
 * fails was made all the same: what a process can't rely on may be there.
 */
import type { OpenMode } from "../../../engine/journal/disk.ts";
import { NodeDisk } from "../../../engine/journal/nodeDisk.ts";
import { type Call, type Fault, SystemError } from "../../journal/simulatedDisk.ts";

export class FaultyDisk extends NodeDisk {
  readonly #fault: Fault | undefined;
  #count = 0;

  constructor(directory: string, fault: Fault | undefined) {
    super(directory);
    this.#fault = fault;
  }

  /** Which call of the fault's kind this is, counted from 1; 0: it is of another. */
  #number(call: Call): number {
    if (this.#fault?.call !== call) return 0;
    this.#count += 1;
    return this.#count;
  }

  /** Fails at the n-th call; `later`: at so many behind it. */
  #meet(call: Call, number: number, later = 0): void {
    const { nth = 0, forEver = false, code = "" } = this.#fault ?? {};
    const first = nth + later;
    if (number > 0 && (forEver ? number >= first : number === first)) {
      throw new SystemError(code, call);
    }
  }

  override open(name: string, mode: OpenMode): number {
    this.#meet("open", this.#number("open"));
    return super.open(name, mode);
  }

  override write(file: number, bytes: Uint8Array, at: number): number {
    const number = this.#number("write");
    const isFull = this.#fault?.code === "ENOSPC";
    if (isFull && number > 0 && number === this.#fault?.nth) {
      return super.write(file, bytes.subarray(0, bytes.length >> 1), at);
    }
    this.#meet("write", number, isFull ? 1 : 0);
    return super.write(file, bytes, at);
  }

  override read(file: number, bytes: Uint8Array, at: number): number {
    this.#meet("read", this.#number("read"));
    return super.read(file, bytes, at);
  }

  override sync(file: number): void {
    super.sync(file);
    this.#meet("sync", this.#number("sync"));
  }

  override syncDirectory(): void {
    super.syncDirectory();
    this.#meet("syncDirectory", this.#number("syncDirectory"));
  }

  override rename(from: string, to: string): void {
    this.#meet("rename", this.#number("rename"));
    super.rename(from, to);
  }

  override unlink(name: string): void {
    this.#meet("unlink", this.#number("unlink"));
    super.unlink(name);
  }

  override truncate(file: number, bytes: number): void {
    this.#meet("truncate", this.#number("truncate"));
    super.truncate(file, bytes);
  }
}
