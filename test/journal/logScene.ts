/**
 * What the tests of the log's rules ask of worlds and parts (logWorld.ts).
 */
import { expect } from "vitest";
import type { Receipt } from "../../bindings/receipts.ts";
import type { QueueHandle } from "../../bindings/shapes.ts";
import { entriesOf } from "../../engine/journal/entries.ts";
import type { LogEntry } from "../../engine/journal/entry.ts";
import { type Sizes, World } from "./logWorld.ts";
import { pictureOf } from "./picture.ts";

/** All entries of some parts, in order. */
export function said(parts: readonly Uint8Array[]): LogEntry[] {
  return parts.flatMap((part) => [...entriesOf(part)]);
}

export function kinds(parts: readonly Uint8Array[]): string[] {
  return said(parts).map(({ kind }) => kind);
}

/** A fresh memory of the parts, with all invariants whole. */
export async function reload(
  world: World,
  parts: readonly Uint8Array[],
  sizes: Partial<Sizes> = {},
): ReturnType<typeof World.load> {
  const next = await World.load(parts, world.catalogue, world.nowMs, sizes);
  expect(next.world.verify()).toBe(0);
  return next;
}

/** The bodies of a queue's messages, the oldest first. */
export function bodiesOf(world: World, queue: QueueHandle): string[] {
  return pictureOf(world, queue.number).messages.map(({ content }) => {
    const colon = content.indexOf(":");
    const [group = 0, id = 0] = content.slice(0, colon).split(",").map(Number);
    return content.slice(colon + 1 + group + id);
  });
}

export function departedOf(world: World, queue: QueueHandle): readonly number[] {
  return pictureOf(world, queue.number).arrivals;
}

/** A receipt that one life gave out, as a later one reads it. */
export function receiptOf(former: World, next: World, receipt: Receipt): Receipt {
  const read = next.engine.receipts.read(former.engine.receipts.write(receipt));
  if (read === undefined) throw new Error("the receipt is not genuine any more");
  return read;
}
