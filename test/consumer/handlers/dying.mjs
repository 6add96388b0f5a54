/** As computing.mjs, but the first thread that is told to go on ends itself; the others handle. */
export function handleSync(batch, { data: { words } }) {
  Atomics.add(words, 0, batch.length);
  while (Atomics.load(words, 1) === 0);
  if (Atomics.compareExchange(words, 1, 1, 2) === 1) process.exit(5);
  Atomics.add(words, 2, batch.length);
}
