// Takes too long the first time: "waits" for ever, "computes" past its time and answers as if nothing
// were. Which call of its thread each is stands in the words.
let calls = 0;

export const handler = async ({ Records }, context) => {
  const { words } = context.sluice.data;
  calls += 1;
  const [{ body, attributes }] = Records;
  const isFirst = attributes.ApproximateReceiveCount === "1";
  if (isFirst && body === "waits") await new Promise(() => undefined);
  while (isFirst && body === "computes" && context.getRemainingTimeInMillis() > 0);
  Atomics.store(words, isFirst ? 0 : 1, calls);
};
