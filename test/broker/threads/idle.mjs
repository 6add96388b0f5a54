/**
 * A program of its own: a hundred long polls that nothing happens to, and a second thread that has
 * joined, so that the steward runs too. Prints how much processor time five seconds of it took, and how
 * often its threads went to sleep in the quietest of them: each goes as often as it woke. A busy machine
 * may still be starting the program in the first ones.
 */
import { Broker } from "../../../dist/engine/index.js";

const broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
const attached = await Broker.attach(broker.share());
const names = Array.from({ length: 10 }, (_, index) => `queue-${index}`);
const aborter = new AbortController();
const polls = [];
for (const name of names) {
  const queue = await broker.createQueue(name);
  const there = await attached.getQueue(name);
  for (let index = 0; index < 5; index++) {
    const options = { waitTimeSeconds: Infinity, signal: aborter.signal };
    polls.push(queue.receive(options), there.receive(options));
  }
}
const ends = Promise.allSettled(polls);
await new Promise((resolve) => setTimeout(resolve, 1_000));
const cpu = process.cpuUsage();
let sleeps = Infinity;
for (let second = 0; second < 5; second++) {
  const slept = process.resourceUsage().voluntaryContextSwitches;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  sleeps = Math.min(sleeps, process.resourceUsage().voluntaryContextSwitches - slept);
}
const { user, system } = process.cpuUsage(cpu);
aborter.abort();
const aborted = (await ends).filter(({ reason }) => reason?.name === "AbortError").length;
await attached.close();
await broker.close();
console.log(JSON.stringify({ cpuMs: (user + system) / 1_000, sleeps, aborted }));
