/**
 * Computes, so that nothing else of its thread runs, until `data.words[1]` is set; says in
 * `data.words[0]` that it has begun. What it handled to the end is counted in `data.words[2]`.
 */
export function handleSync(batch, { data: { words } }) {
  Atomics.add(words, 0, batch.length);
  Atomics.notify(words, 0);
  while (Atomics.load(words, 1) === 0);
  Atomics.add(words, 2, batch.length);
}
