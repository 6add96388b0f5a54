/**
 * What a caller hands over may be anything that JavaScript has: lists with holes and getters that send
 * themselves, options that answer otherwise the next time. It is sent as it is, or refused; what
 * arrives is never something else. For bytes see foreignBytes.test.ts.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import type { Body, Queue, SendEntry } from "../../../engine/types.ts";

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576 });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

/** Takes out all that is in the queue. */
function drain(from: Queue = queue): string[] {
  const batch = new MessageBatch(256);
  const bodies: string[] = [];
  while (from.sync.receive(batch) > 0) {
    for (let index = 0; index < batch.length; index++) bodies.push(batch.body(index));
    from.sync.delete(batch);
  }
  return bodies;
}

/** A list whose element at `index` is what `get` answers. */
function withGetter(list: unknown[], index: number, get: () => unknown): Body[] {
  Object.defineProperty(list, index, { get, enumerable: true, configurable: true });
  return list as Body[];
}

describe("a list with a hole", () => {
  const holed = (): Body[] => {
    const list = ["a", "b", "c"];
    delete list[1];
    return list;
  };

  test("fails there in sendBatch, and only there", async () => {
    const { successful, failed } = await queue.sendBatch(holed());
    expect(successful.map(({ index }) => index)).toEqual([0, 2]);
    expect(failed).toMatchObject([{ index: 1, error: { code: "InvalidParameterValue" } }]);
    expect(drain()).toEqual(["a", "c"]);
  });

  test("is refused as a whole by sync.sendBatch", () => {
    expect(() => queue.sync.sendBatch(holed())).toThrow(/not undefined/);
    expect(drain()).toEqual([]);
  });

  test("fails there in deleteBatch", async () => {
    await queue.sendBatch(["a", "b", "c"]);
    const list = await queue.receive({ maxNumberOfMessages: 3 });
    delete list[1];
    const { successful, failed } = await queue.deleteBatch(list);
    expect(successful.map(({ index }) => index)).toEqual([0, 2]);
    expect(failed).toMatchObject([{ index: 1, error: { code: "ReceiptHandleIsInvalid" } }]);
    expect(queue.counts().inFlight).toBe(1);
  });
});

describe("what is no list", () => {
  test.each<[string, unknown]>([
    ["a text", "abc"],
    ["bytes", new Uint8Array([1, 2])],
    ["a set", new Set(["a"])],
    ["nothing", undefined],
  ])("is refused: %s", async (_, list) => {
    const error = {
      code: "InvalidParameterValue",
      message: expect.stringMatching(/an array, not/),
    };
    await expect(queue.sendBatch(list as Body[])).rejects.toMatchObject(error);
    await expect(queue.deleteBatch(list as string[])).rejects.toMatchObject(error);
    expect(() => queue.sync.sendBatch(list as Body[])).toThrow(/an array, not/);
    expect(drain()).toEqual([]);
  });

  test("is a count that is none", () => {
    for (const count of [-1, 0.5, Number.NaN]) {
      expect(() => queue.sync.sendBatch(["a", "b"], count)).toThrow(/whole number/);
    }
    expect(queue.sync.sendBatch(["a", "b"], 5)).toBe(2);
    expect(queue.sync.sendBatch(["a", "b"], 0)).toBe(0);
  });
});

describe("a getter that sends while its list is read", () => {
  const long = "l".repeat(5_000);
  const cases: readonly [name: string, list: () => (Body | SendEntry)[]][] = [
    ["short texts", () => ["aaaa", "", "cccc"]],
    ["long texts", () => [long, "", long]],
    ["bytes", () => [Buffer.from("aaaa"), "", Buffer.from("cccc")]],
    ["entries", () => [{ body: "aaaa", delaySeconds: 0 }, "", { body: "cccc" }]],
  ];

  test.each(cases)("harms neither, with %s", async (_, list) => {
    const textOf = (entry: Body | SendEntry): string =>
      String(typeof entry === "object" && "body" in entry ? entry.body : entry);
    for (const face of ["sync", "async"] as const) {
      let inner = 0;
      const given = withGetter(list(), 1, () => {
        inner++;
        queue.sync.sendBatch(["inner 1", "inner 2", "x".repeat(900)]);
        queue.sync.send("inner 3", { awsTraceHeader: "t", messageGroupId: "g" });
        return "bbbb";
      });
      if (face === "sync") expect(queue.sync.sendBatch(given)).toBe(3);
      else expect((await queue.sendBatch(given)).successful).toHaveLength(3);
      expect(inner).toBeGreaterThan(0);
      const [first, , last] = list();
      const got = drain();
      const isInner = (body: string): boolean => body.startsWith("inner") || /^x{900}$/.test(body);
      const outer = [textOf(first as Body), "bbbb", textOf(last as Body)];
      expect(got.filter((body) => !isInner(body))).toEqual(outer);
      const once = ["inner 1", "inner 2", "x".repeat(900), "inner 3"];
      expect(got.filter(isInner)).toEqual(Array.from({ length: inner }, () => once).flat());
    }
  });

  test("harms neither in an entry's options, an attribute or a Proxy", async () => {
    const send = (): true => queue.sync.send("inner", { messageGroupId: "h" }) as true;
    const sly: SendEntry = {
      get body(): string {
        return send() && "outer";
      },
      get messageGroupId(): string {
        return send() ? "g" : "";
      },
      get messageAttributes(): Record<string, { dataType: string; stringValue: string }> {
        return (
          send() && {
            a: {
              dataType: "String",
              get stringValue() {
                return send() ? "v" : "";
              },
            },
          }
        );
      },
    };
    const proxy = new Proxy(["first", "second"], {
      get(target, name): unknown {
        queue.sync.send("inner");
        return Reflect.get(target, name);
      },
    });
    expect(queue.sync.sendBatch(["before", sly])).toBe(2);
    expect(drain().filter((body) => body !== "inner")).toEqual(["before", "outer"]);
    expect(queue.sync.sendBatch(proxy)).toBe(2);
    expect(drain().filter((body) => body !== "inner")).toEqual(["first", "second"]);
    await queue.sendBatch([sly]);
    const got = (await queue.receive({ maxNumberOfMessages: 10 })).at(-1);
    expect(got).toMatchObject({ body: "outer", messageGroupId: "g" });
    expect(got?.messageAttributes.a).toEqual({ dataType: "String", stringValue: "v" });
  });

  test("deletes what it names, though another delete runs meanwhile", async () => {
    await queue.sendBatch(["a", "b", "c", "d"]);
    const [a, b, c, d] = await queue.receive({ maxNumberOfMessages: 4 });
    if (!a || !b || !c || !d) throw new Error("four messages were sent");
    const list = withGetter([a, undefined, c], 1, () => {
      void queue.delete(d);
      return b;
    }) as never;
    expect((await queue.deleteBatch(list)).successful).toHaveLength(3);
    expect(queue.counts().inFlight).toBe(0);
  });
});

test("an element that answers otherwise each time is sent as it was checked, or refused", () => {
  const good = ["good", "é", "x".repeat(5_000), "y".repeat(300_000)];
  const bad = ["", "x".repeat(2_000_000), "\ud800", 5, new Uint8Array(0)];
  const answers: unknown[] = [...good, ...bad];
  for (let first = 0; first < answers.length; first++) {
    for (let step = 1; step < answers.length; step++) {
      let at = first;
      const list = withGetter(["before", ""], 1, () => {
        at += step;
        return answers[at % answers.length];
      });
      try {
        queue.sync.sendBatch(list);
      } catch {
        // Then it was refused.
      }
      const got = drain().filter((body) => body !== "before");
      expect(got.filter((body) => !good.includes(body))).toEqual([]);
      expect(got.length).toBeLessThan(2);
    }
  }
});

test("a size is that of what is sent, though an attribute answers otherwise the second time", async () => {
  await queue.setAttributes({ maximumMessageSize: 1_024 });
  let reads = 0;
  const sly = {
    dataType: "String",
    get stringValue(): string {
      return reads++ === 0 ? "short" : "x".repeat(5_000);
    },
  };
  await queue.send("x", { messageAttributes: { sly } });
  const [message] = await queue.receive();
  expect(message?.messageAttributes.sly).toEqual({ dataType: "String", stringValue: "short" });
});
