/** Counts each message in shared memory, by the number that is its body. */
export default function countEach(message, { data }) {
  Atomics.add(data.seen, Number(message.body), 1);
}
