// What an order is, for typed-payloads.mjs and its handler: the schema, and the type made from it.
// @ts-check
import * as v from "valibot";

const Order = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  item: v.string(),
  count: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

/** @typedef {v.InferOutput<typeof Order>} Order */

/**
 * @param {import("sluice").Queue} queue
 * @param {Order} order
 */
export async function sendOrder(queue, order) {
  await queue.send(JSON.stringify(v.parse(Order, order)));
}

/**
 * Throws a sentence for each field that is wrong.
 * @param {unknown} body
 * @returns {Order}
 */
export function readOrder(body) {
  const { success, output, issues } = v.safeParse(Order, JSON.parse(String(body)));
  if (success) return output;
  throw new Error(issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; "));
}
