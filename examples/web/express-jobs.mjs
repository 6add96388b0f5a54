// A job queue behind a web server of Express (`npm install express`): a request is answered with 202 as
// soon as its job is accepted, threads do the work, and the client asks for the result.
import { once } from "node:events";
import express from "express";
import { Broker, consume } from "sluice";

const broker = await Broker.open();
const queue = await broker.createQueue("jobs", { visibilityTimeout: 60 });
const results = await broker.createQueue("results");

/** What became of each job, by its id. Of this process alone: a real one has a database for that. */
const jobs = new Map();
const collecting = new AbortController();
const collected = (async () => {
  for await (const message of results.messages({
    waitTimeSeconds: 20,
    signal: collecting.signal,
  })) {
    const { id, result } = JSON.parse(message.body);
    jobs.set(id, { status: "done", result });
    await message.delete();
  }
})().catch((error) => {
  if (error.name !== "AbortError") throw error;
});

const consumer = consume(queue, new URL("./express-jobs.handler.mjs", import.meta.url), {
  threads: 2,
});
consumer.on("failed", (id, error) => jobs.set(id, { status: "retrying", error: error.message }));

const app = express();
app.use(express.json());
app.post("/jobs", async ({ body }, response) => {
  const { messageId } = await queue.send(JSON.stringify(body));
  if (!jobs.has(messageId)) jobs.set(messageId, { status: "waiting" });
  response.status(202).location(`/jobs/${messageId}`).json({ id: messageId });
});
app.get("/jobs/:id", ({ params }, response) => {
  const job = jobs.get(params.id);
  response.status(job === undefined ? 404 : 200).json(job ?? { status: "unknown" });
});
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

// A client.
const headers = { "content-type": "application/json" };
const accepted = await fetch(`${origin}/jobs`, { method: "POST", headers, body: '{"n":27}' });
const { location } = Object.fromEntries(accepted.headers);
let job;
do {
  job = await (await fetch(origin + location)).json();
} while (job.status !== "done");
console.log(accepted.status, job);

// In this order: no more requests, no more jobs, no more results.
server.close();
server.closeAllConnections();
await consumer.stop();
collecting.abort();
await collected;
await broker.close();

// Prints:
// 202 { status: 'done', result: { n: 27, steps: 111 } }
