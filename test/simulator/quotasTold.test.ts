/**
 * Calls that a FIFO queue's quota refuses: whom their line tells when they are through, and what is said of
 * them before a run and afterwards.
 */
import { describe, expect, test } from "vitest";
import { priceBook } from "../../engine/simulator/cost.ts";
import { Onward, type Sender } from "../../engine/simulator/events/onward.ts";
import { Pauses } from "../../engine/simulator/events/pauses.ts";
import { SendLine, type SendLineParts } from "../../engine/simulator/events/sendLine.ts";
import { SENT } from "../../engine/simulator/events/tally.ts";
import { instabilities } from "../../engine/simulator/instabilities.ts";
import { loadsOf } from "../../engine/simulator/load.ts";
import { Stream } from "../../engine/simulator/random/stream.ts";
import { resultOf } from "../../engine/simulator/resultOf.ts";
import { simulatePlan } from "../../engine/simulator/run.ts";
import { tablesOf } from "../../engine/simulator/show/tables.ts";
import { queueOf } from "./plans.ts";
import { type Case, fifo, planFor, totalOf, workOf } from "./quotas.ts";

test("a process that died waits for no call of its own, and its successor for none of its", () => {
  const forgotten: number[][] = [];
  const outlet = {
    onThrough: (_: number): void => undefined,
    send: () => 1,
    forget: (from: number, end: number) => void forgotten.push([from, end]),
  };
  const queue = { traffic: { high: () => 0 } };
  const sender = { outlets: [outlet], queue, first: 0 } as unknown as Sender;
  const done: number[] = [];
  const onward = new Onward(sender, 2, (place) => void done.push(place));
  expect(onward.send(3)).toBe(false);
  onward.forget(10, 20);
  expect(forgotten).toEqual([]);
  onward.forget(0, 10);
  expect(forgotten).toEqual([[0, 10]]);
  expect(onward.isDone(0, 20)).toBe(true);
  expect(onward.send(3)).toBe(false);
  outlet.onThrough(3);
  expect([done, onward.isDone(0, 20)]).toEqual([[3], true]);
});

test("of a call whose sender is gone nobody is told, and it is made all the same", () => {
  let isOpen = false;
  const later: (() => void)[] = [];
  const counts = new Map<number, number>();
  const queue = {
    isFifo: true,
    flow: { arrive: () => undefined },
    traffic: {
      putGroup: () => undefined,
      addFifo: () => undefined,
      send: () => 1,
      duplicates: () => 0,
    },
    touch: () => undefined,
    serve: () => undefined,
    flushed: () => undefined,
    count: (which: number, more: number) => counts.set(which, (counts.get(which) ?? 0) + more),
  };
  const parts = {
    queue,
    gate: { maySend: () => isOpen },
    timeline: { nowMs: 0 },
    agenda: { at: (_: number, action: () => void) => later.push(action) },
    pauses: new Pauses(new Stream(1), 1),
  } as unknown as SendLineParts;
  const tags: number[] = [];
  const line = new SendLine(parts, { most: 100, onSent: ({ tag }) => void tags.push(tag) });
  for (const tag of [3, 12, 4]) {
    line.addFifo(100, 0, tag, tag);
    expect(line.call(tag)).toBe(false);
  }
  expect([line.unsent, later.length]).toEqual([3, 1]);
  line.retag((tag) => tag < 10, -1);
  isOpen = true;
  later[0]?.();
  expect(tags).toEqual([-1, 12, -1]);
  expect([line.unsent, counts.get(SENT)]).toEqual([0, 3]);
});

describe("what is said of it", () => {
  test("before the run, of what is to be sent, taken and sent on", () => {
    const perSecond = (plan: Partial<Case>): string[] =>
      instabilities(planFor({ perSecond: 400, ...plan }));
    expect(perSecond({})).toEqual([
      "work.fifo: what waits to be sent grows by 100 messages a second: 400 are to be sent, and the FIFO quota of 300 calls a second takes 300.",
    ]);
    expect(perSecond({ perSecond: 299 })).toEqual([]);
    expect(perSecond({ plan: { quotas: "off" } })).toEqual([]);
    expect(
      perSecond({ perSecond: 2_900, producer: { batch: 10 }, fleet: { count: 200, batch: 10 } }),
    ).toEqual([
      "work.fifo: the queue grows by 2600 messages a second: 2900 come, and AWS's quota on calls to FIFO queues lets its consumers finish 300 at most (load 9.67).",
    ]);
    const fast = { count: 200, batch: 10, deleteBatch: true };
    expect(perSecond({ perSecond: 2_900, producer: { batch: 10 }, fleet: fast })).toEqual([]);
    expect(perSecond({ producer: { duplicates: { probability: 1, afterSeconds: 1 } } })).toEqual([
      expect.stringContaining("takes 150."),
    ]);
    const sizes = { kind: "fixed", bodyBytes: 10 } as const;
    const more = { queue: 1, delaySeconds: undefined, sizes, groups: { kind: "own" } } as const;
    const onward = {
      producer: { groups: { kind: "none" } },
      fleet: { sends: [{ ...more, probability: 0.5, count: 20 }] },
      plan: { queues: [queueOf(), { ...fifo, name: "next.fifo" }] },
    } as const;
    expect(perSecond(onward)).toEqual([
      expect.stringContaining("lets its consumers finish 300 at most"),
      // Nobody takes what is sent on.
      expect.stringContaining("it has no consumers"),
    ]);
    const [first] = loadsOf(planFor({ perSecond: 400 }));
    expect(first).toMatchObject({ arrivesPerSecond: 300, unsentPerSecond: 100 });
  });

  test("afterwards, in tables, series and the verdict", async () => {
    const plan = planFor({ perSecond: 400 });
    const result = resultOf(plan, await simulatePlan(plan, { threads: 1 }), priceBook());
    const { api, series } = workOf(result);
    expect(api.quotaPerSecond).toBe(300);
    const [all] = [totalOf(api.throttled)];
    const inSeries = series.ThrottledCalls.reduce((sum, calls) => sum + calls, 0);
    expect(Math.round(inSeries)).toBe(all);
    expect(totalOf(api.calls)).toBe(totalOf(api.requests));
    const calls = tablesOf(result).find(({ caption }) => caption?.startsWith("API calls"));
    const place = calls?.columns.findIndex(({ label }) => label === "throttled") ?? -1;
    const until = tablesOf(result).flatMap(({ rows }) => rows);
    const mean = result.producers.web?.sendWaitSeconds?.mean;
    expect(until.find(([, what]) => what === "until sent")?.slice(0, 3)).toEqual([
      "web",
      "until sent",
      mean,
    ]);
    const sends = calls?.rows.find(([, action]) => action === "SendMessage");
    expect(sends?.[place]).toBe(api.throttled.SendMessage);
    expect(result.verdict).toMatch(
      /The FIFO quota of 300 calls a second is reached: work\.fifo refuses [\d.]+ % of its calls, which are made again\. Messages of web wait up to [\d.]+ s to be sent\. What waits to be sent to work\.fifo grows by 100 messages a second\. [\d,]+ messages were not sent by the end\./,
    );
  });
});
