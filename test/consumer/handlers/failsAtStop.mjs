/** Works until its consumer stops, and fails then; `data.words[0]` says that it has begun. */
export default async function failsAtStop(_message, { data: { words }, signal }) {
  Atomics.add(words, 0, 1);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  throw new Error("planted at the stop");
}
