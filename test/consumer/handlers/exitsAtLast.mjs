/** Counts messages as countEach; the first time it is called with message 4 it ends its thread. */
export default function exitsAtLast(message, { data }) {
  const index = Number(message.body);
  if (index === 4 && Atomics.add(data.dies, 0, 1) === 0) process.exit(4);
  Atomics.add(data.seen, index, 1);
}
