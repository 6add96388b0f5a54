/** As countEach, a batch at a time. */
export async function handleBatch(messages, { data }) {
  for (const message of messages) Atomics.add(data.seen, Number(message.body), 1);
}
