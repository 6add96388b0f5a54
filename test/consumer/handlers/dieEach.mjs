/** Counts as countEach, but as long as `data.deaths[0]` lasts every message ends its thread. */
export default function dieEach(message, { data }) {
  if (Atomics.sub(data.deaths, 0, 1) > 0) process.exit(4);
  Atomics.add(data.seen, Number(message.body), 1);
}
