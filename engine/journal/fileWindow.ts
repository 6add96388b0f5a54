/**
 * What is at hand of a file that is read from front to back: a stretch of it, so that memory does not grow with
 * the log. Who reads one segment after the other has one window for all. In one thread. What always holds: the
 * stretch lies in a row in one piece of memory, and what it has is not read again when it grows or moves on.
 *
 * Where it lies is said by its places: its own memory, or a ring that another thread reads (readAhead.ts).
 */
import { type Disk, readWhole } from "./disk.ts";
import { diskError } from "./journalError.ts";

/** What is read and checked at a time, while a processor has it at hand. */
export const PIECE_BYTES = 524_288;

/** Where windows lie, one after the other. */
export interface Places {
  /** Memory of so many bytes or more. What was given before may be the same. */
  next(bytes: number): Uint8Array;
}

/** Memory of one thread's own: the same again, as long as it is large enough. */
export class OwnPlaces implements Places {
  #memory = new Uint8Array(0);

  next(bytes: number): Uint8Array {
    if (this.#memory.length < bytes) this.#memory = atPage(bytes);
    return this.#memory;
  }
}

/** A buffer that could grow begins at a page: the system copies to there in a third of the time. */
function atPage(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes);
}

const NOTHING = new Uint8Array(0);

export class FileWindow {
  readonly #places: Places;
  readonly #pieceBytes: number;
  #memory: Uint8Array = NOTHING;
  #disk: Disk | undefined;
  #file = 0;
  #name = "";
  /** Which part of the file it has. */
  #from = 0;
  #to = 0;

  /** @param pieceBytes how much is read at a time; less than that where only little is looked at */
  constructor(places: Places = new OwnPlaces(), pieceBytes = PIECE_BYTES) {
    this.#places = places;
    this.#pieceBytes = pieceBytes;
  }

  /** From now on it is of this file. */
  open(disk: Disk, file: number, name: string): void {
    this.#disk = disk;
    this.#file = file;
    this.#name = name;
    this.#begin(0);
  }

  /** Bytes of the file, as many as it has from there: good until the next call. */
  bytes(at: number, length: number): Uint8Array {
    if (at < this.#from || at + length > this.#to) this.#fill(at, length);
    return this.#memory.subarray(at - this.#from, Math.min(at + length, this.#to) - this.#from);
  }

  /** So many bytes from there will be asked for, in a row; `at` is in the window. */
  hold(at: number, length: number): void {
    const end = at + length;
    // And for the piece that is read behind it, so that what was read need not move again.
    if (end - this.#from > this.#memory.length) this.#makeRoom(at, end + this.#pieceBytes);
  }

  #begin(at: number): void {
    this.#memory = NOTHING;
    this.#from = at;
    this.#to = at;
  }

  #fill(at: number, length: number): void {
    if (at < this.#from || at > this.#to) this.#begin(at);
    while (this.#to < at + length) {
      this.#makeRoom(at, Math.max(at + length, this.#to + this.#pieceBytes));
      const begin = this.#to - this.#from;
      if (!this.#read(this.#memory.subarray(begin, begin + this.#pieceBytes))) return;
    }
  }

  /** In a row for what the window has from there, and more up to `end`. */
  #makeRoom(at: number, end: number): void {
    if (end - this.#from <= this.#memory.length) return;
    const kept = this.#memory.subarray(at - this.#from, this.#to - this.#from);
    const least = 4 * this.#pieceBytes;
    const memory = this.#places.next(Math.max(least, end - at));
    memory.set(kept);
    this.#memory = memory;
    this.#from = at;
  }

  /** False: the file ends there. */
  #read(piece: Uint8Array): boolean {
    const at = this.#to;
    try {
      const came = readWhole(this.#disk as Disk, this.#file, piece, at);
      this.#to = at + came;
      return came === piece.length;
    } catch (error) {
      throw diskError(`read ${this.#name} at byte ${at}`, error);
    }
  }
}
