/**
 * The spare: a segment that nobody needs any more, kept to be written anew as the next one. A file that does not
 * grow is synced sooner, since neither its length nor its place on the disk has to be written with it;
 * and nothing is unlinked. Belongs to the writer. One at the most; the next start takes it away.
 *
 * What always holds: nothing is written into it before its former name is gone from the disk. What stands in it
 * are batches with lesser numbers than any that is written from then on, so none is taken for one of those
 * (docs/JOURNAL.md, "When a batch is valid").
 */
import { type Disk, uninterrupted } from "./disk.ts";
import { type Header, PAGE_BYTES } from "./format.ts";
import { SPARE, segmentName } from "./names.ts";
import { createSegment, removeFile, renewSegment } from "./segments.ts";

/** A segment is worth it if it has so much of a new one's length. */
const SHARE = 0.5;

export class Spare {
  readonly #disk: Disk;
  readonly #segmentBytes: number;
  /** How long it is; 0: it is not there. */
  #bytes = 0;

  constructor(disk: Disk, segmentBytes: number) {
    this.#disk = disk;
    this.#segmentBytes = segmentBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes a segment away whose file is so long, or keeps it where there is room enough. A power cut may give it
   * back its name until the directory is synced.
   */
  retire(segment: number, bytes: number, isRoomy: boolean): void {
    const isFit = bytes >= this.#segmentBytes * SHARE && bytes <= this.#segmentBytes;
    const name = segmentName(segment);
    if (!isRoomy || !isFit || this.#bytes > 0) {
      removeFile(this.#disk, name);
      return;
    }
    uninterrupted(() => this.#disk.rename(name, SPARE));
    this.#bytes = bytes;
  }

  /** Makes the next segment, of the spare where there is one: its file, open for writing, and how long that is. */
  next(header: Header): { readonly file: number; readonly fileBytes: number } {
    if (this.#bytes === 0)
      return { file: createSegment(this.#disk, header), fileBytes: PAGE_BYTES };
    const file = renewSegment(this.#disk, header);
    const fileBytes = this.#bytes;
    this.#bytes = 0;
    return { file, fileBytes };
  }

  /** Gives its room to others; answers whether there was any to give. */
  giveUp(): boolean {
    if (this.#bytes === 0) return false;
    removeFile(this.#disk, SPARE);
    this.#bytes = 0;
    return true;
  }
}
