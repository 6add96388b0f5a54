// An end in good order: on the first SIGTERM the consumer receives nothing more and finishes what is in
// hand, for ten seconds at the longest; a second one cuts that short. What was not handled is visible in
// the queue, for whoever comes next. It ends with the process: a program that wants to keep it writes it
// down before it closes the broker.
import { Broker, consume } from "sluice";

const broker = await Broker.open();
const queue = await broker.createQueue("orders");
await queue.sendBatch(Array.from({ length: 1_000 }, (_, index) => `order ${index}`));
const handler = new URL("./graceful-shutdown.handler.mjs", import.meta.url);
const consumer = consume(queue, handler, { threads: 2 });

const stopped = new Promise((resolve, reject) => {
  let signals = 0;
  process.on("SIGTERM", () => {
    signals++;
    const how = signals === 1 ? { deadlineMs: 10_000 } : { drain: false };
    consumer.stop(how).then(resolve, reject);
  });
});

// Whoever runs this program would send the signal: `kill`, systemd, Kubernetes.
consumer.once("processed", () => process.kill(process.pid, "SIGTERM"));
await stopped;

const { handled, failed, inHand } = consumer.stats();
const { visible, inFlight } = queue.counts();
console.log(`stopped early: ${handled > 0 && visible > 0}`);
console.log(`handled or still queued: ${handled + visible} of 1000`);
console.log(`failed ${failed}, in hand ${inHand}, in flight ${inFlight}`);
await broker.close();

// Prints:
// stopped early: true
// handled or still queued: 1000 of 1000
// failed 0, in hand 0, in flight 0
