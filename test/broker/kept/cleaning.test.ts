/**
 * What of a segment that goes is written again: what no later entry says, and what a rule or metrics still
 * mind.
 */
import { describe, expect, test } from "vitest";
import type { Known } from "../../../engine/broker/catalogue/catalogue.ts";
import { encodeKept, KEPT, kindOf } from "../../../engine/broker/kept/entries.ts";
import { everything, furnish } from "./furnished.ts";
import { begin, type House, rebuild, write } from "./house.ts";

describe("cleaning", () => {
  /** What is left of a log whose first entries go. */
  function cleaned(
    { keeper, clock }: House,
    log: readonly Uint8Array[],
    count: number,
  ): Uint8Array[] {
    keeper.beginCleaning();
    const restated = log.slice(0, count).map((entry) => keeper.restated(entry, clock.nowMs()));
    return [...log.slice(count), ...restated.filter((entry) => entry !== undefined)];
  }

  test("states again what no later entry says, once", async () => {
    const { house, log } = await begin();
    furnish(house);
    write(house, log);
    const twice = [...log, ...house.keeper.conclusions()];
    const left = cleaned(house, twice, twice.length);
    expect(left).toHaveLength(6);
    expect(everything((await rebuild(left)).house)).toEqual(everything(house));
    expect((await rebuild(left)).house.engine.identity.secret).toEqual(
      house.engine.identity.secret,
    );
  });

  test("states again in each segment that goes, what stands in no later one", async () => {
    const { house, log } = await begin();
    furnish(house);
    write(house, log);
    let left = log;
    // What goes is what the cleaning before has written.
    for (let segment = 0; segment < 3; segment++) left = cleaned(house, left, left.length);
    expect(left).toHaveLength(6);
    expect(everything((await rebuild(left)).house)).toEqual(everything(house));
  });

  test("brings back neither a queue that is deleted nor what one was set to before", async () => {
    const { house, log } = await begin();
    house.queues.create("a", { visibilityTimeout: 1 }, {});
    house.queues.create("b", { visibilityTimeout: 1 }, {});
    write(house, log);
    const old = log.length;
    house.queues.delete("a");
    const b = house.catalogue.all().find(({ name }) => name === "b") as Known;
    house.catalogue.change(b, "b", (entry) => ({
      entry: { ...entry, purgedAtMs: 5 },
      settings: { visibilityMs: 9, delayMs: 0, retentionMs: 1e6, maximumBytes: 9, inFlightMax: 0 },
    }));
    write(house, log);
    const left = cleaned(house, log, old);
    const again = (await rebuild(left)).house;
    expect(everything(again)).toEqual(everything(house));
  });

  test("keeps that a name was given up only while a rule minds", async () => {
    const { house, log } = await begin({ quotas: "aws" });
    house.queues.create("a", {}, {});
    write(house, log);
    house.queues.delete("a");
    write(house, log);
    await house.clock.advance(59_999);
    const left = cleaned(house, log, log.length);
    const { restored } = await rebuild(left, { quotas: "aws" });
    expect(restored.deletions).toMatchObject([{ name: "a" }]);
    await house.clock.advance(1);
    expect(cleaned(house, log, log.length).map(kindOf)).not.toContain(KEPT.gone);
  });

  test("keeps counts as they are by then, which no cleaning may set back", async () => {
    const { house, log } = await begin();
    house.queues.create("a", {}, {});
    write(house, log);
    house.queues.delete("a");
    write(house, log);
    const left = cleaned(house, log, log.length);
    expect(left.map(kindOf).sort()).toEqual([KEPT.identity, KEPT.counters]);
    const again = (await rebuild(left)).house;
    expect(again.engine.identity.incarnations).toBeGreaterThan(house.engine.identity.incarnations);
  });

  test("keeps minutes of metrics until they are too old or forgotten", async () => {
    const { house } = await begin();
    const rows = new Uint8Array([1]);
    const at = (era: number, minute: number, firstMinute = 0): Uint8Array =>
      encodeKept({ kind: KEPT.minute, era, minute, firstMinute, rows });
    const minutes = [at(0, 100), at(0, 30_000), at(1, 30_001), at(1, 30_002, 30_002)];
    const kept = (count: number): number => {
      for (const entry of minutes.slice(0, count)) house.keeper.take(entry);
      return cleaned(house, minutes.slice(0, count), count).length;
    };
    expect(kept(1)).toBe(1);
    expect(kept(2)).toBe(1);
    expect(kept(3)).toBe(1);
    expect(cleaned(house, minutes.slice(0, 3), 3)).toEqual([minutes[2]]);
    expect(kept(4)).toBe(1);
    const { restored } = await rebuild([...house.keeper.conclusions(), ...minutes]);
    expect(restored.minutes).toEqual([minutes[3]]);
  });
});
