/** As countEach, without promises. */
export function handleSync(batch, { data }) {
  for (let index = 0; index < batch.length; index++) {
    Atomics.add(data.seen, Number(batch.body(index)), 1);
  }
}
