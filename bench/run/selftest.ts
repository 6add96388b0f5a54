/**
 * `sluice bench --selftest`: whether what goes wrong would be seen. One message is lost, sent twice,
 * overtaken by those behind it, and spoilt, one after the other, in a flow like those that are
 * measured; each must be reported, by its id, and nothing else may be. And a flow in which nothing is
 * done to any message must have nothing to report.
 */
import { runFlow } from "../flow/flow.ts";
import { INJECTED } from "../flow/producer.ts";
import type { Fault } from "../flow/tally.ts";
import type { Injection } from "../flow/words.ts";
import type { HandlerKind } from "../result/schema.ts";
import { acrossThreads } from "../suites/specs.ts";
import { QUICK } from "./pace.ts";

const EXPECTED: Readonly<Record<Injection, Fault["kind"]>> = {
  loss: "lost",
  duplicate: "doubled",
  reorder: "out of order",
  "wrong byte": "wrong bytes",
};

/** Each way to receive has nothing to report once, and something. */
const WAYS: readonly (readonly [Injection, HandlerKind, "text" | "bytes"])[] = [
  ["loss", "handleSync", "text"],
  ["duplicate", "handleBatch", "bytes"],
  ["reorder", "default", "text"],
  ["wrong byte", "none", "bytes"],
];

const PACE = { ...QUICK, windows: 1, windowMs: 20, warmUpMs: 0 };

/** What was reported that should not be, or was not and should. */
async function check(
  injection: Injection | undefined,
  handler: HandlerKind,
  body: "text" | "bytes",
): Promise<string | undefined> {
  const spec = acrossThreads({ type: "fifo", groups: 1, handler, body });
  // Two of a message are one to a FIFO queue, unless their deduplication ids differ.
  const { faults } = await runFlow({ ...spec, ...(injection && { injection }) }, PACE);
  const found = faults.named.map(({ kind, id }) => `${id} ${kind}`);
  const expected = injection === undefined ? [] : [`0:${INJECTED} ${EXPECTED[injection]}`];
  const isRight = faults.count === expected.length && found.join() === expected.join();
  return isRight ? undefined : `expected ${expected.join() || "nothing"}, got ${found.join()}`;
}

export async function runSelftest(): Promise<number> {
  let isRight = true;
  for (const [injected, handler, body] of WAYS) {
    for (const injection of [undefined, injected]) {
      const wrong = await check(injection, handler, body);
      const what = `${injection ?? "nothing wrong"}, ${handler}, ${body}`;
      const seen = injection === undefined ? "nothing reported" : `0:${INJECTED} reported`;
      process.stdout.write(`${wrong === undefined ? "ok" : "NOT ok"}: ${what}: ${wrong ?? seen}\n`);
      isRight &&= wrong === undefined;
    }
  }
  return isRight ? 0 : 1;
}
