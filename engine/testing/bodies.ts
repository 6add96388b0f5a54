/** The text of what was sent, whether it came as a body alone or as an entry of a batch. Pure. */
import type { Body, SendEntry } from "../types.ts";

/** Bytes are read as UTF-8. */
export function textOf(entry: Body | SendEntry): string {
  if (typeof entry === "string") return entry;
  if (entry instanceof Uint8Array) return Buffer.from(entry).toString();
  return textOf(entry.body);
}
