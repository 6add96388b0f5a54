// Runs in the consumer's threads: what computes for long keeps no request waiting.
let results;

export async function setup({ broker }) {
  results = await broker.getQueue("results");
}

function stepsToOne(n) {
  let steps = 0;
  for (let value = n; value !== 1; steps++) value = value % 2 === 0 ? value / 2 : 3 * value + 1;
  return steps;
}

export default async function compute(message) {
  const { n } = JSON.parse(message.body);
  const result = { n, steps: stepsToOne(n) };
  await results.send(JSON.stringify({ id: message.messageId, result }));
}
