// Counts what it handles; a body that begins with "fails" fails its whole batch the first time.
let calls = 0;

export const handler = async ({ Records }, { sluice }) => {
  const { seen, calls: all } = sluice.data;
  Atomics.add(all, 0, 1);
  calls += 1;
  for (const { body, attributes } of Records) {
    if (body === "fails" && attributes.ApproximateReceiveCount === "1") throw new Error("planted");
    if (body === "exits" && attributes.ApproximateReceiveCount === "1") process.exit(3);
    Atomics.add(seen, Number(body) || 0, 1);
  }
  return { calls };
};
