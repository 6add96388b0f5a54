/**
 * The asynchronous face in one thread: above a microsecond a message, so tinybench can measure it,
 * which times each call.
 */
import { Bench } from "tinybench";
import { createQueue, openBroker } from "../flow/flow.ts";
import { median } from "../result/statistics.ts";
import type { Pace } from "../run/pace.ts";
import { inThread } from "./specs.ts";
import type { Sampled } from "./work.ts";

const BODY = "message ".padEnd(64, "abcdefghijklmnopqrstuvwxyz");
const LOAD = "send, receive and delete";

export async function doesPromises(pace: Pace): Promise<Sampled[]> {
  const rows: Sampled[] = [];
  for (const batch of [1, 10]) {
    const { case: one, ...spec } = inThread({ batch, face: "async", load: LOAD });
    await using broker = await openBroker("off");
    const queue = await createQueue(broker, { ...spec, case: one });
    const bodies = Array.from({ length: batch }, () => BODY);
    const samples: number[] = [];
    let max = 0;
    for (let window = 0; window < pace.windows; window++) {
      const bench = new Bench({ time: pace.windowMs, warmupTime: pace.windowMs / 2 });
      bench.add(LOAD, async () => {
        if (batch === 1) await queue.send(BODY);
        else await queue.sendBatch(bodies);
        const messages = await queue.receive({ maxNumberOfMessages: batch });
        if (messages.length !== batch) throw new Error("a message was lost");
        if (batch === 1) await messages[0]?.delete();
        else await queue.deleteBatch(messages);
      });
      const [task] = await bench.run();
      if (task?.result.state !== "completed") throw new Error(`${LOAD} did not complete`);
      const { p50, max: most } = task.result.latency;
      samples.push((p50 * 1e6) / batch);
      max = Math.max(max, (most * 1e6) / batch);
    }
    if (Number.isNaN(median(samples))) throw new Error("tinybench measured nothing");
    rows.push({ case: one, unit: "ns/message", samples, max });
  }
  return rows;
}
