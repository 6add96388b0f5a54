/**
 * Counts like countEach and notes how far each group has come; dies after so many messages, in one of
 * the ways in which a thread can. `data.order[group]` is the highest number seen of the group; one
 * that is handled out of order is counted in `data.wrong[0]`.
 */
let handled = 0;

export default async function deadlyEach(message, { data }) {
  const [group, number] = message.body.split(":").map(Number);
  const before = Atomics.load(data.order, group);
  // A message may come again; but none before all of its group that came before it.
  if (number > before + 1) Atomics.add(data.wrong, 0, 1);
  Atomics.store(data.order, group, Math.max(before, number));
  Atomics.add(data.seen, group * data.perGroup + number - 1, 1);
  if (number % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  handled++;
  if (handled === data.dieAfter && Atomics.sub(data.deaths, 0, 1) > 0) {
    if (handled % 3 === 0) process.exit(0);
    if (handled % 3 === 1) process.exit(3);
    setImmediate(() => {
      throw new Error("planted outside of a handler");
    });
    await new Promise(() => {});
  }
}
