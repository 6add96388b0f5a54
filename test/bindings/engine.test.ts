/**
 * The bindings over the compiled engine: what is put in comes out, whatever its size and kind, and
 * whatever else was received in between.
 */
import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { BLOCK_BYTES_MAX, ENTRY_VALUE, STATUS_LIMIT } from "../../assembly/layout.ts";
import { Engine } from "../../bindings/engine.ts";
import { exportNames } from "../../bindings/exports.ts";
import { DEDUPLICATION, GROUP, Inbox } from "../../bindings/inbox.ts";
import { ILL_FORMED, REENTERED } from "../../bindings/outbox.ts";
import { type Outgoing, UNMEASURED } from "../../bindings/outgoing.ts";
import type { EngineShare, QueueHandle } from "../../bindings/shapes.ts";
import { wasm } from "../../bindings/webassembly.ts";
import { moduleOf, verify } from "../support/builds.ts";

const NOW = 1_000_000;
const settings = {
  visibilityMs: 30_000,
  delayMs: 0,
  retentionMs: 345_600_000,
  maximumBytes: 1_048_576,
  inFlightMax: 0,
};

let engine: Engine;
let queue: QueueHandle;

beforeEach(async () => {
  engine = await Engine.open(
    { memoryBytes: 64 * 1_048_576, threadsMax: 4, queuesMax: 8, messagesMax: 10_000 },
    { secret: new Uint8Array(32).fill(7), epoch: 99, isClockVirtual: false },
  );
  const entryBytes = engine.queues.writeImage(settings, new Uint8Array([1, 2, 3]));
  const number = engine.createQueue(engine.queues.catalogueVersion(), entryBytes);
  queue = engine.queues.handle(number);
});

/** Checks the whole memory. */
function expectWhole(): void {
  const share = engine.share() as EngineShare;
  expect(verify(share)).toBe(0);
  engine.release(share.thread);
}

function outgoing(body: string | Uint8Array, more: Partial<Outgoing> = {}): Outgoing {
  const bodyBytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const plain = { delayMs: -1, group: "", deduplication: "", trace: "", sender: "" };
  return { body, bodyBytes, attributes: undefined, attributesSizeBytes: 0, ...plain, ...more };
}

function sendShort(bodies: string[]): number {
  return engine.outbox.sendShort(queue, bodies, 0, bodies.length, 700, NOW);
}

function send(...messages: Outgoing[]): number {
  const accepted = engine.outbox.send(queue, messages, 0, messages.length, NOW);
  if (engine.outbox.tried < messages.length) throw new Error("does not fit");
  return accepted;
}

function receive(inbox: Inbox, max = inbox.capacity, now = NOW): number {
  return engine.receive(inbox, queue, max, -1, now);
}

function texts(inbox: Inbox): string[] {
  return Array.from({ length: inbox.count }, (_, index) => inbox.text(index));
}

test("a queue's entry that no block holds is refused, and nothing is changed", () => {
  const version = engine.queues.catalogueVersion();
  const entryBytes = BLOCK_BYTES_MAX - ENTRY_VALUE + 1;
  expect(engine.createQueue(version, entryBytes)).toBe(STATUS_LIMIT);
  expect(engine.changeQueue(version, queue, entryBytes)).toBe(STATUS_LIMIT);
  expect(engine.queues.catalogueVersion()).toBe(version);
});

describe("the module", () => {
  test("exports what the bindings call, and nothing else", () => {
    const functions = exportNames.map((name) => ({ name, kind: "function" }));
    const exported = wasm.Module.exports(moduleOf("release"));
    expect(exported.map(({ name, kind }) => ({ name, kind }))).toEqual(
      expect.arrayContaining(functions),
    );
    expect(exported).toHaveLength(functions.length);
    const folder = new URL("../../bindings/", import.meta.url);
    const callers = readdirSync(folder).filter((file) => file !== "exports.ts");
    const code = callers.map((file) => readFileSync(new URL(file, folder), "utf8")).join("");
    expect(exportNames.filter((name) => !code.includes(`xports.${name}(`))).toEqual([]);
  });

  test("refuses sizes that don't go together, and says which", async () => {
    const sizes = { memoryBytes: 2_097_152, threadsMax: 64, queuesMax: 8, messagesMax: 1_000 };
    const identity = { secret: new Uint8Array(32), epoch: 1, isClockVirtual: false };
    await expect(Engine.open(sizes, identity)).rejects.toThrow(/64 threads, 8 queues and 1000/);
  });
});

describe("texts", () => {
  test("short ones go together and come back in order", () => {
    const bodies = Array.from(
      { length: 10 },
      (_, index) => `message ${index} ${"x".repeat(index)}`,
    );
    expect(sendShort(bodies)).toBe(10);
    const inbox = new Inbox(10);
    expect(receive(inbox)).toBe(10);
    expect(texts(inbox)).toEqual(bodies);
  });

  test("of any alphabet, mixed with ASCII, empty ones too", () => {
    const bodies = ["plain", "héllo ✓", "é", "日本語", "x".repeat(300), "𝄞 clef", "\u00ff\u0080"];
    expect(sendShort(bodies)).toBe(bodies.length);
    const inbox = new Inbox(10);
    receive(inbox);
    expect(texts(inbox)).toEqual(bodies);
    expect(sendShort(["all ascii again"])).toBe(1);
    receive(inbox);
    expect(texts(inbox)).toEqual(["all ascii again"]);
  });

  test("a lone surrogate among short ones is told, and nothing is sent", () => {
    expect(sendShort(["plain", "a\ud800b"])).toBe(ILL_FORMED);
    expect(sendShort(["\ud800", "\udc00"])).toBe(ILL_FORMED);
    expect(receive(new Inbox(10))).toBe(0);
  });

  test("a send from within the reading of a list is told, and nothing of the list is sent", () => {
    const list = ["a", "b"];
    const get = () => {
      sendShort(["inner"]);
      return "b";
    };
    Object.defineProperty(list, 1, { get });
    expect(sendShort(list)).toBe(REENTERED);
    const inbox = new Inbox(10);
    receive(inbox);
    expect(texts(inbox)).toEqual(["inner"]);
  });

  test("sendShort stops at a body that is long, empty or no text, and at what staging holds", () => {
    const long = "y".repeat(701);
    const bodies = ["a", "b", long, "c"];
    expect(engine.outbox.sendShort(queue, bodies, 0, 4, 700, NOW)).toBe(2);
    expect(engine.outbox.tried).toBe(2);
    expect(engine.outbox.sendShort(queue, bodies, 2, 4, 700, NOW)).toBe(0);
    expect(engine.outbox.tried).toBe(0);
    expect(engine.outbox.sendShort(queue, ["", "a"], 0, 2, 700, NOW)).toBe(0);
    expect(engine.outbox.tried).toBe(0);
    const many = Array.from({ length: 256 }, () => "z".repeat(700));
    const sent = engine.outbox.sendShort(queue, many, 0, 256, 700, NOW);
    expect(sent).toBe(engine.outbox.tried);
    expect(sent).toBeGreaterThan(10);
    expect(sent).toBeLessThan(256);
  });
});

describe("whole messages", () => {
  test("keep group, trace, sender, attributes and body apart", () => {
    const attributes = new Uint8Array([9, 8, 7]);
    const more = { group: "g1", trace: "Root=1-é", sender: "someone", attributes };
    expect(send(outgoing("one", more), outgoing(new Uint8Array([0, 255, 10])))).toBe(2);
    // A plain text after a rich record must not inherit anything of it.
    expect(sendShort(["plain"])).toBe(1);
    const inbox = new Inbox(3);
    receive(inbox);
    expect([0, 1, 2, 3].map((which) => inbox.prelude(0, which))).toEqual([
      "g1",
      "",
      "Root=1-é",
      "someone",
    ]);
    expect([...(inbox.attributes(0) ?? [])]).toEqual([9, 8, 7]);
    expect(inbox.isText(1)).toBe(false);
    expect([...inbox.bytes(1)]).toEqual([0, 255, 10]);
    expect(inbox.prelude(1, 0) + inbox.prelude(2, 0)).toBe("");
    expect(inbox.attributes(2)).toBeUndefined();
    expect(texts(inbox)[0]).toBe("one");
    expect(inbox.text(2)).toBe("plain");
  });

  test("that nobody measured come as they were sent, whatever stands between them", () => {
    const unmeasured = (body: string, more: Partial<Outgoing> = {}) =>
      outgoing(body, { bodyBytes: UNMEASURED, ...more });
    const messages = [
      unmeasured("one", { group: "g1", deduplication: "d1" }),
      unmeasured("", { group: "g2" }),
      // Two halves of a character, in two messages, are none.
      unmeasured("a\ud834"),
      unmeasured("\udd1eb"),
      unmeasured(""),
      outgoing(new Uint8Array([7]), { group: "bytes", attributes: new Uint8Array([1, 2]) }),
      unmeasured(""),
      outgoing("also measured"),
      unmeasured("h\u00e9llo", { group: "g3", deduplication: "d3" }),
      outgoing("measured", { trace: "Root=1" }),
      unmeasured("last", { deduplication: "d4" }),
    ];
    expect(send(...messages)).toBe(messages.length);
    const inbox = new Inbox(messages.length);
    expect(receive(inbox)).toBe(messages.length);
    const whole = messages.map((_, index) => [
      inbox.prelude(index, GROUP),
      inbox.prelude(index, DEDUPLICATION),
      inbox.isText(index) ? inbox.text(index) : [...inbox.bytes(index)],
    ]);
    expect(whole).toEqual([
      ["g1", "d1", "one"],
      ["g2", "", ""],
      ["", "", "a\ufffd"],
      ["", "", "\ufffdb"],
      ["", "", ""],
      ["bytes", "", [7]],
      ["", "", ""],
      ["", "", "also measured"],
      ["g3", "d3", "h\u00e9llo"],
      ["", "", "measured"],
      ["", "d4", "last"],
    ]);
    expect([...(inbox.attributes(5) ?? [])]).toEqual([1, 2]);
    expect(inbox.attributes(8)).toBeUndefined();
    expectWhole();
  });

  test("that nobody measured fill staging, however many bytes a character takes", () => {
    for (const character of ["z", "\u65e5"]) {
      const body = character.repeat(768);
      const { outbox } = engine;
      const all = Array.from({ length: 256 }, () => outgoing(body, { bodyBytes: UNMEASURED }));
      const count = outbox.send(queue, all, 0, all.length, NOW);
      expect(count).toBe(outbox.tried);
      // A last one might take three bytes a character.
      const least = 36_864 - 3 * 768;
      expect(count * Buffer.byteLength(body)).toBeGreaterThan(least);
      expect(count * Buffer.byteLength(body)).toBeLessThanOrEqual(36_864);
      const inbox = new Inbox(count);
      for (let left = count; left > 0; left -= inbox.count) {
        expect(receive(inbox)).toBeGreaterThan(0);
        expect(new Set(texts(inbox))).toEqual(new Set([body]));
      }
    }
  });

  test("larger than staging go and come in pieces, between small ones, in order", () => {
    const large = Buffer.alloc(1_000_000);
    for (let index = 0; index < large.length; index++) large[index] = (index * 31) & 255;
    const text = "äö".repeat(100_000);
    const attributes = new Uint8Array(50_000).fill(5);
    send(outgoing("first"));
    expect(send(outgoing(large))).toBe(1);
    expect(send(outgoing(text, { group: "group", attributes }))).toBe(1);
    send(outgoing("last"));
    const inbox = new Inbox(10);
    expect(receive(inbox)).toBe(4);
    expect(inbox.text(0)).toBe("first");
    expect(large.equals(inbox.bytes(1))).toBe(true);
    expect(inbox.text(2)).toBe(text);
    expect(inbox.prelude(2, 0)).toBe("group");
    expect(inbox.attributes(2)?.length).toBe(50_000);
    expect(inbox.text(3)).toBe("last");
    expectWhole();
  });

  test("one that does not fit any more is left for the next batch", () => {
    const long = [outgoing("z".repeat(30_000)), outgoing("z".repeat(10_000))];
    expect(engine.outbox.send(queue, long, 0, 2, NOW)).toBe(1);
    expect(engine.outbox.tried).toBe(1);
  });
});

describe("an inbox", () => {
  test("keeps its messages when another is filled, views too", () => {
    sendShort(["a1", "a2", "ü3"]);
    sendShort(["b1", "b2", "b3"]);
    const first = new Inbox(3);
    const second = new Inbox(3);
    receive(first);
    const view = first.view(1);
    receive(second);
    expect(texts(first)).toEqual(["a1", "a2", "ü3"]);
    expect(texts(second)).toEqual(["b1", "b2", "b3"]);
    expect(Buffer.from(view).toString()).toBe("a2");
    expect(first.receiveCount(0)).toBe(1);
    expect(first.sentAtMs(2)).toBe(NOW);
    expect(first.slot(0)).not.toBe(second.slot(0));
  });

  test("is empty after a receive that brought nothing", () => {
    sendShort(["a"]);
    const inbox = new Inbox(3);
    receive(inbox);
    expect(receive(inbox)).toBe(0);
    expect(inbox.count).toBe(0);
  });
});

describe("receipts", () => {
  test("delete what was received, once", () => {
    sendShort(["a", "b", "c"]);
    const inbox = new Inbox(3);
    receive(inbox);
    expect(engine.removeMessages(inbox, 0, 3, queue, NOW)).toBe(3);
    expect(engine.removeMessages(inbox, 0, 3, queue, NOW)).toBe(0);
    expect(engine.count(queue, NOW)).toEqual({
      visible: 0,
      inFlight: 0,
      delayed: 0,
      oldestSentAtMs: Number.NaN,
    });
  });

  test("survive as text, and nothing else does", () => {
    const receipt = {
      ...{
        incarnation: queue.incarnation,
        slot: 5,
        receiveCount: 3,
        sequenceLow: 9,
        sequenceHigh: 1,
      },
      ...{ birthLow: 4_000_000_000, birthHigh: 7 },
    };
    const text = engine.receipts.write(receipt);
    expect(text).toMatch(/^[\w-]{56}$/);
    expect(engine.receipts.read(text)).toEqual(receipt);
    for (let index = 0; index < text.length; index++) {
      const other = text[index] === "A" ? "B" : "A";
      const forged = text.slice(0, index) + other + text.slice(index + 1);
      expect(engine.receipts.read(forged)).toBeUndefined();
    }
    for (const garbage of [
      "",
      "A",
      text.slice(1),
      `${text}A`,
      `+${text.slice(1)}`,
      "é".repeat(56),
    ]) {
      expect(engine.receipts.read(garbage)).toBeUndefined();
    }
  });

  test("message ids are UUIDs, and each message has its own", () => {
    sendShort(["a", "b"]);
    const { outbox } = engine;
    const ids = [0, 1].map((index) =>
      engine.messageId(outbox.birthLow(index), outbox.birthHigh(index)),
    );
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[0]).not.toBe(ids[1]);
    const inbox = new Inbox(2);
    receive(inbox);
    expect(engine.messageId(inbox.birthLow(0), inbox.birthHigh(0))).toBe(ids[0]);
  });
});

describe("another thread's engine", () => {
  test("works on the same messages", () => {
    const share = engine.share();
    if (share === undefined) throw new Error("no thread left");
    const other = Engine.attach(share);
    expect(other.thread).not.toBe(engine.thread);
    sendShort(["across"]);
    const inbox = new Inbox(1);
    expect(other.receive(inbox, queue, 1, -1, NOW)).toBe(1);
    expect(inbox.text(0)).toBe("across");
    engine.release(other.thread);
    expectWhole();
  });

  test("is refused a memory of something else", () => {
    const share = engine.share();
    const memory = new wasm.Memory({ initial: 4, maximum: 4, shared: true });
    if (share === undefined) throw new Error("no thread left");
    expect(() => Engine.attach({ ...share, memory })).toThrow(/not made by a Sluice broker/);
  });
});
