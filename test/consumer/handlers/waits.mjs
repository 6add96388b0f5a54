/** Handles a message until `data.words[1]` is set or, where `data.minds`, its signal is given. */
export default async function waits(_message, { data: { words, minds }, signal }) {
  Atomics.add(words, 0, 1);
  const given = new Promise((resolve) => {
    if (minds) signal.addEventListener("abort", resolve, { once: true });
  });
  const { value } = Atomics.waitAsync(words, 1, 0);
  await Promise.race([value, given]);
  Atomics.add(words, 2, 1);
}
