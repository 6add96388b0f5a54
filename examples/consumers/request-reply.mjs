// Request and reply with a pool as the service: the request says in message attributes where the
// answer is wanted and under which correlation id. One reader of the reply queue hands each answer to
// whoever waits for its id, so answers may come in any order. An answer may come twice, as any message
// may; by then nobody waits for it.
import { randomUUID } from "node:crypto";
import { Broker, consume } from "sluice";

const broker = await Broker.open();
const requests = await broker.createQueue("square-requests");
const replies = await broker.createQueue("square-replies");
const handler = new URL("./request-reply.handler.mjs", import.meta.url);
const service = consume(requests, handler, { threads: 2 });

const waiting = new Map();
const closing = new AbortController();

async function readReplies() {
  for await (const message of replies.messages({ signal: closing.signal })) {
    const id = message.messageAttributes.CorrelationId;
    waiting.get(id)?.(message.body);
    waiting.delete(id);
    await message.delete();
  }
}

async function request(body) {
  const CorrelationId = randomUUID();
  const reply = new Promise((resolve) => waiting.set(CorrelationId, resolve));
  await requests.send(body, { messageAttributes: { CorrelationId, ReplyTo: replies.name } });
  return reply;
}

const reader = readReplies().catch((error) => {
  if (error.name !== "AbortError") throw error;
});
const answers = await Promise.all(["2", "3", "12"].map(request));
console.log(`the squares of 2, 3 and 12 are ${answers.join(", ")}`);
closing.abort();
await reader;
await service.stop();
await broker.close();

// Prints:
// the squares of 2, 3 and 12 are 4, 9, 144
