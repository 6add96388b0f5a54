export default async function partlyEach(message, { data }) {
  Atomics.add(data.calls, 0, 1);
  await Promise.resolve();
  if (data.failing.includes(message.body)) throw new RangeError(`no ${message.body}`);
}
