/**
 * The deduplication nodes of a FIFO queue, read from its window's segments, against those that a journal
 * knows of.
 */
import * as layout from "../../../assembly/layout.ts";
import { takenBlocks } from "../../recovery/witness/audit.ts";
import type { Kept } from "../history/kept.ts";
import type { Sections } from "../history/sections.ts";

/**
 * How many there are; throws where one of them is not known as it is. A node that five minutes have ended
 * may lie there still, beside a later one of its key.
 */
export function compareNodes(sections: Sections, queue: number, kept: Kept): number {
  const view = new DataView(sections.words.buffer);
  const long = (at: number): bigint => view.getBigUint64(at, true);
  const mark = layout.BLOCK_IS_WINDOW + queue * 2 ** layout.BLOCK_OWNER_SHIFT;
  const shard = sections.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
  const past = view.getFloat64(shard + layout.SHARD_NOW, true) - layout.DEDUPLICATION_MS;
  let count = 0;
  for (const segment of takenBlocks(sections, layout.CLASS_OF_SEGMENT, layout.SEGMENT_BYTES)) {
    const isOut = view.getUint32(segment + layout.BLOCK_STATE, true) === layout.BLOCK_OUT;
    if (!isOut || view.getUint32(segment + layout.BLOCK_FLAGS, true) !== mark) continue;
    for (let index = 0; index < layout.DEDUPLICATION_NODES; index++) {
      const at = segment + layout.WINDOW_SEGMENT_NODES + index * layout.DEDUPLICATION_BYTES;
      const sequence = Number(long(at + layout.NODE_SEQUENCE));
      if (sequence <= sections.shard(queue, layout.SHARD_PURGE_SEQUENCE)) continue;
      if (view.getFloat64(at + layout.NODE_AT, true) <= past) continue;
      count++;
      const key = [0, 8].map((half) => long(at + layout.NODE_KEY + half));
      const text = key.map((half) => half.toString(16).padStart(16, "0")).join("");
      const is = {
        sequence,
        birth: Number(long(at + layout.DEDUPLICATION_BIRTH)),
        atMs: view.getFloat64(at + layout.NODE_AT, true),
      };
      const known = JSON.stringify(kept.nodes.get(text));
      if (known !== JSON.stringify(is)) {
        throw new Error(`queue ${queue}: node ${JSON.stringify(is)} is known as ${known}`);
      }
    }
  }
  return count;
}
