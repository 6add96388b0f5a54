/** Metrics of queues of one name in two accounts: each account's are its own. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { queueFamilies } from "../../engine/server/prometheus/queueFamilies.ts";
import { type Measuring, MIDNIGHT, measuring } from "./measured.ts";

const OTHER = "111122223333";
const stretch = { fromMinute: MIDNIGHT, toMinute: MIDNIGHT + 2, periodMinutes: 2 };

let measured: Measuring;

beforeEach(async () => {
  measured = await measuring();
  const { broker, pass } = measured;
  const own = await broker.createQueue("orders");
  const other = await broker.createQueue("orders", {}, { account: OTHER });
  await broker.createQueue("theirs.fifo", { fifoQueue: true }, { account: OTHER });
  await pass(1);
  await own.send("1");
  for (const body of ["1", "2", "3"]) await other.send(body);
  await pass(1);
});

afterEach(() => measured.broker.close());

const sent = (account?: string) =>
  measured.metrics.points("orders", "NumberOfMessagesSent", stretch, account)[0]?.sum;

test("a name's points are those of one account", () => {
  expect([sent(), sent("000000000000"), sent(OTHER), sent("999999999999")]).toEqual([
    1,
    1,
    3,
    undefined,
  ]);
});

test("an account's queues are listed, and those of no other", () => {
  const { metrics } = measured;
  const listed = (account?: string) => metrics.queues(undefined, account).map(({ name }) => name);
  expect(listed()).toEqual(["orders"]);
  expect(listed(OTHER)).toEqual(["orders", "theirs.fifo"]);
  expect(metrics.queues(undefined, OTHER)).toMatchObject([{ isFifo: false }, { isFifo: true }]);
  expect(listed("999999999999")).toEqual([]);
});

test("a queue that is deleted and made again goes on in its account", async () => {
  const { broker, metrics, pass } = measured;
  metrics.seconds("orders", OTHER);
  await broker.deleteQueue("orders", { account: OTHER });
  await pass(1);
  expect(metrics.seconds("orders", OTHER)).toBeUndefined();
  expect(metrics.seconds("orders")).toBeDefined();
  const again = await broker.createQueue("orders", {}, { account: OTHER });
  await pass(1);
  await again.send("4");
  await pass(1);
  expect([sent(), sent(OTHER)]).toEqual([1, 4]);
});

test("Prometheus is told the account of a queue that is not the broker's own", () => {
  const families = queueFamilies(measured.metrics);
  const lines = families.find(({ name }) => name === "sluice_queue_messages_visible")?.lines ?? [];
  expect(lines.map(({ sharedLabels, value }) => [sharedLabels, value])).toEqual([
    [{ queue: "orders" }, 1],
    [{ account: OTHER, queue: "orders" }, 3],
    [{ account: OTHER, queue: "theirs.fifo" }, 0],
  ]);
});
