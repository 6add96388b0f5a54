// Runs in each thread of the pool of request-reply.mjs: answers where the request says. The request is
// deleted after that, so a thread that dies in between answers twice, but never not at all.
const queues = new Map();

export default async function answer(message, { broker }) {
  const { ReplyTo, CorrelationId } = message.messageAttributes;
  if (!queues.has(ReplyTo)) queues.set(ReplyTo, await broker.getQueue(ReplyTo));
  const square = String(Number(message.body) ** 2);
  await queues.get(ReplyTo).send(square, { messageAttributes: { CorrelationId } });
}
