/** So many die, all at the same moment: each waits until all have their message. */
export default async function allDie(_message, { data: { words, deaths } }) {
  if (Atomics.load(deaths, 0) === 0) return;
  Atomics.add(words, 0, 1);
  while (Atomics.load(words, 0) < 8) await new Promise((resolve) => setTimeout(resolve, 1));
  Atomics.sub(deaths, 0, 1);
  process.exit(1);
}
