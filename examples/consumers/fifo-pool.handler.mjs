// Runs in each thread of the pool of fifo-pool.mjs. An order must come right after the one before it.
import { setTimeout as wait } from "node:timers/promises";

export default async function handleOrder(message, { data }) {
  const { customer, order } = JSON.parse(message.body);
  const atWork = Atomics.add(data.atWork, 0, 1) + 1;
  if (atWork > Atomics.load(data.most, 0)) Atomics.store(data.most, 0, atWork);
  await wait(1); // for a database, say
  if (Atomics.exchange(data.last, customer, order) !== order - 1) Atomics.add(data.wrong, 0, 1);
  Atomics.sub(data.atWork, 0, 1);
}
