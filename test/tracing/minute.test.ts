/**
 * A minute of known traffic on a clock that the test moves: CloudWatch, Prometheus and OpenTelemetry tell
 * the same numbers of it, which are written down here.
 */
import { expect, test } from "vitest";
import { inlined, until } from "../consumer/support.ts";
import { served } from "../metrics/served.ts";
import { kinds, register } from "./registered.ts";

test("a minute of known traffic gives known numbers in all three", async () => {
  const one = await served();
  const otel = register();
  try {
    const { broker, pass, sumAt, endpoint } = one;
    const dead = await broker.createQueue("dead");
    const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
    const orders = await broker.createQueue("orders", { redrivePolicy });
    const QueueUrl = `${endpoint.url}/000000000000/orders`;
    for (let ten = 0; ten < 6; ten++) {
      for (const body of ["1", "22", "333"]) await orders.send(body);
      await orders.sendBatch(["a", "b", "c", "d", "e"]);
      await endpoint.ok("SendMessage", { QueueUrl, MessageBody: "over HTTP" });
      await pass(5);
      const five = await orders.receive({ maxNumberOfMessages: 5 });
      const four = await orders.receive({ maxNumberOfMessages: 10 });
      expect([five.length, four.length]).toEqual([5, 4]);
      await orders.deleteBatch(five);
      await four[0]?.delete();
      await four[1]?.delete();
      await four[2]?.delete();
      // The ninth goes on to the dead-letter queue, when somebody looks for it.
      await four[3]?.changeVisibility(0);
      expect(await orders.receive()).toEqual([]);
      await pass(5);
    }
    const handled: string[] = [];
    const module = { default: ({ body }: { body: string }) => void handled.push(body) };
    await using consumer = inlined(dead, module);
    await until(() => consumer.stats().handled === 6, "handled");
    await consumer.stop();
    one.metrics.sample();

    const { text } = await endpoint.send({ method: "GET", path: "/metrics" });
    const prometheus = (name: string, queue: string) =>
      Number(new RegExp(`^${name}\\{queue="${queue}"\\} (.*)$`, "m").exec(text)?.[1]);
    const both = (metric: string, name: string) =>
      ["orders", "dead"].map((queue) => [sumAt(queue, metric, 0), prometheus(name, queue)]);
    const total = (name: string) => `sluice_queue_messages_${name}_total`;
    expect(both("NumberOfMessagesSent", total("sent"))).toEqual([
      [54, 54],
      [0, 0],
    ]);
    expect(both("NumberOfMessagesReceived", total("received"))[0]).toEqual([54, 54]);
    expect(both("NumberOfMessagesDeleted", total("deleted"))[0]).toEqual([48, 48]);
    const empty = both("NumberOfEmptyReceives", "sluice_queue_empty_receives_total");
    expect(empty[0]).toEqual([6, 6]);
    expect(prometheus(total("moved"), "orders")).toBe(6);
    expect(prometheus(total("received"), "dead")).toBe(6);
    expect(prometheus(total("deleted"), "dead")).toBe(6);
    expect(prometheus("sluice_queue_messages_visible", "dead")).toBe(0);

    const spans = otel.take();
    expect(kinds(spans)).toEqual({
      "send orders PRODUCER": 24,
      "send orders SERVER": 6,
      "receive orders CLIENT": 18,
      "delete orders CLIENT": 24,
      "process dead CONSUMER": 6,
    });
    /** Messages of all spans of a name: one each, or as many as a batch had. */
    const messages = (name: string) =>
      spans
        .filter((span) => span.name === name)
        .map(({ attributes }) => Number(attributes["messaging.batch.message_count"] ?? 1));
    const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
    expect(sum(messages("send orders"))).toBe(54);
    expect(sum(messages("receive orders"))).toBe(54);
    expect(messages("receive orders").filter((count) => count === 0)).toHaveLength(6);
    expect(sum(messages("delete orders"))).toBe(48);
    expect(spans.filter(({ status }) => status.code !== 0)).toEqual([]);
    // Each receive has a link to each send but those over HTTP, whose clients traced nothing.
    const links = spans
      .filter(({ name }) => name === "receive orders")
      .flatMap((span) => span.links);
    expect(links).toHaveLength(48);
  } finally {
    otel.stop();
    await one.stop();
  }
});
