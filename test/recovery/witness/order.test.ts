/** That the judge of a FIFO queue's order (order.ts) finds it broken, and lets pass what is not. */
import { expect, test } from "vitest";
import type { Delivery } from "./ledger.ts";
import { checkOrder, type Left, NEVER } from "./order.ts";

function delivered(place: number, operation: number, group = 1): Delivery {
  return { place, sequence: 100 + place, operation, group, isDead: false };
}

function left(place: number, group = 1): Left {
  return { place, sequence: 100 + place, group };
}

/** By place, the operation that deleted a message; it is there where none stands. */
function check(deliveries: Delivery[], there: Left[], ends: Record<number, number>): number {
  return checkOrder(deliveries, there, (place) => ends[place] ?? NEVER);
}

test("redeliveries, deletes and other groups in between break no order", () => {
  const deliveries = [delivered(2, 30), delivered(0, 10), delivered(1, 10), delivered(0, 20)];
  const others = [delivered(7, 15, 2), delivered(8, 15, 2), delivered(1, 20)];
  const ends = { 0: 25, 1: 26, 7: 40 };
  expect(check([...deliveries, ...others], [left(2), left(3), left(8, 2)], ends)).toBe(7);
});

test("a message that comes while an older one of its group is there is found", () => {
  const early = [delivered(0, 10), delivered(1, 20)];
  expect(() => check(early, [], { 0: 25, 1: 30 })).toThrow("brought 1 before 0");
  expect(() => check([delivered(1, 20)], [left(0)], { 1: 30 })).toThrow("brought 1 before 0");
});

test("a receive that brings a group's messages the wrong way round is found", () => {
  const swapped = [delivered(1, 10), delivered(0, 10)];
  expect(() => check(swapped, [], { 0: 20, 1: 20 })).toThrow("brought 1 before 0");
});

test("a message of which nobody knows when it went was there until its last delivery", () => {
  const deliveries = [delivered(0, 10), delivered(1, 20), delivered(0, 30)];
  expect(() => check(deliveries, [], { 0: 0, 1: 40 })).toThrow("brought 1 before 0");
  expect(check(deliveries.slice(0, 2), [], { 0: 0, 1: 40 })).toBe(2);
});
