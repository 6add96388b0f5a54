/**
 * The asynchronous face and what a long poll costs: rows above a microsecond, measured by
 * tinybench, which times each call.
 */
import { Bench } from "tinybench";
import type { Broker } from "../engine/index.ts";
import type { Figure } from "./slices.ts";

const BODIES = Array.from({ length: 10 }, (_, index) => `message ${index} `.padEnd(64, "abcdefgh"));

export async function measurePromises(broker: Broker, timeMs: number): Promise<Figure[]> {
  const queue = await broker.createQueue("bench-promises", { visibilityTimeout: 600 });
  const perCall = new Map([
    ["promises, 64 B: send, receive, delete one by one", 1],
    ["promises, 64 B: sendBatch, receive, deleteBatch of 10", 10],
  ]);
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 4 });
  const [one, ten] = [...perCall.keys()] as [string, string];
  bench.add(one, async () => {
    await queue.send(BODIES[0] as string);
    for (const message of await queue.receive()) await message.delete();
  });
  bench.add(ten, async () => {
    await queue.sendBatch(BODIES);
    await queue.deleteBatch(await queue.receive({ maxNumberOfMessages: 10 }));
  });
  await bench.run();
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`${name} did not complete: ${result.state}`);
    const perMessage = 1e6 / (perCall.get(name) ?? 1);
    return {
      name,
      unit: "ns/message",
      median: result.latency.p50 * perMessage,
      least: result.latency.min * perMessage,
      slices: result.latency.samplesCount,
    };
  });
}
