// Runs in the consumer's threads: adds up what the messages say, in memory that all of them share.
export function handleSync(batch, { data }) {
  for (let index = 0; index < batch.length; index++) {
    Atomics.add(data.sum, 0, BigInt(batch.body(index)));
  }
}
