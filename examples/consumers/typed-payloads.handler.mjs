// Runs in each thread of the pool of typed-payloads.mjs.
// @ts-check
import { readOrder } from "./typed-payloads.schema.mjs";

/** @type {import("sluice").Handler} */
export default async function handleOrder(message) {
  const { id, item, count } = readOrder(message.body);
  if (count * item.length === 0) throw new Error(`Order ${id} is about nothing.`);
}
