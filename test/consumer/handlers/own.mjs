/** Does with its message what the body says, then succeeds or, where `data.fails`, fails. */
export default async function own(message, { data }) {
  if (message.body === "delete") await message.delete();
  else if (message.body === "hide") await message.changeVisibility(1_000);
  else if (message.body === "extend") await message.changeVisibility(2_000);
  Atomics.add(data.words, 0, 1);
  Atomics.notify(data.words, 0);
  await Atomics.waitAsync(data.words, 1, 0).value;
  if (data.fails) throw new Error("planted");
}
