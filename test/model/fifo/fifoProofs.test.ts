/**
 * What a send to a FIFO queue finds out before the lock, another thread may change before the
 * section: then the section must refuse, and the send look again. And a receive of more than ten may
 * have lost, before its next section, the group that its last one stopped in. Here the other thread
 * comes exactly in between, each time with another change.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { moduleOf } from "../../support/builds.ts";
import { type QueueNumbers, type Receipt, Sections } from "../history/sections.ts";
import { FifoSections, type Parcel } from "./fifoSections.ts";

const SIZES = { pages: 200, threads: 2, queues: 1, slots: 20_000 };
const SETTINGS = { visibilityMs: 1e6, delayMs: 0, retentionMs: 1e9, isGroupScope: false };
const START_MS = 1_700_000_000_000;

/** One queue with messages in twenty groups, the sender that is overtaken, and who overtakes it. */
class Race {
  readonly slow: FifoSections;
  readonly quick: FifoSections;
  readonly queue: QueueNumbers;
  readonly receipts: Receipt[] = [];
  readonly base: Sections;
  nowMs = START_MS;

  constructor(groups = 20) {
    this.base = Sections.open(moduleOf(), SIZES, () => {});
    this.slow = new FifoSections(this.base, () => {});
    this.quick = new FifoSections(new Sections(this.base.share, () => {}), () => {});
    this.queue = this.quick.create(SETTINGS);
    for (let group = 0; group < groups; group++) this.send({ group, id: group });
    for (;;) {
      const got = this.quick.claim(this.queue, 10, 1e6, this.nowMs);
      if (got.length === 0) break;
      this.receipts.push(...got);
    }
  }

  send({ group, id }: { group: number; id: number }): number {
    return this.quick.commit(this.queue, [{ group, id, bodyBytes: 20 }], this.nowMs)[0] as number;
  }

  deleteAll(): void {
    while (this.receipts.length > 0) {
      this.quick.remove(this.queue, this.receipts.splice(0, 10), this.nowMs);
    }
  }

  /** The status of a section whose sender looked before `between` and came after it. */
  overtaken(parcels: readonly Parcel[], between: () => void): number {
    const { slow, queue } = this;
    const accepted = slow.resolve(queue, parcels, this.nowMs);
    between();
    return slow.commitResolved(queue, parcels.length, accepted, this.nowMs);
  }
}

const parcel = (group: number, id: number): Parcel => ({ group, id, bodyBytes: 20 });

describe("a send that is overtaken between its look and its section", () => {
  test("nothing happened: it is taken", () => {
    const race = new Race();
    expect(race.overtaken([parcel(500, 500), parcel(3, 501)], () => {})).toBe(2);
    expect(race.base.verify()).toMatchObject({ check: 0 });
  });

  test.each<[string, Parcel, (race: Race) => void]>([
    ["its new group has come", parcel(500, 500), (race) => race.send({ group: 500, id: 1500 })],
    ["its new id has come", parcel(3, 500), (race) => race.send({ group: 4, id: 500 })],
    ["its group has gone", parcel(3, 500), (race) => race.deleteAll()],
    ["its group was purged", parcel(3, 500), (race) => race.quick.cut(race.queue, race.nowMs)],
    ["its original was purged", parcel(500, 3), (race) => race.quick.cut(race.queue, race.nowMs)],
    [
      "its original was forgotten after five minutes",
      parcel(3, 3),
      (race) => {
        race.nowMs += layout.DEDUPLICATION_MS;
      },
    ],
  ])("%s: it looks again", (_, one, between) => {
    const race = new Race();
    expect(race.overtaken([one], () => void between(race))).toBe(layout.STATUS_CHANGED);
    expect(race.base.verify()).toMatchObject({ check: 0 });
  });

  test("a neighbour has left the bucket of its new group, and may have led the walk astray", () => {
    // So many groups that every bucket has some.
    const race = new Race(6000);
    const parcels = [parcel(7001, -1), parcel(7002, -1), parcel(7003, -1)];
    expect(race.overtaken(parcels, () => race.deleteAll())).toBe(layout.STATUS_CHANGED);
    expect(race.base.verify()).toMatchObject({ check: 0 });
  });

  test("the table has grown: it looks again or is right, and no group is there twice", () => {
    const race = new Race();
    const more = () => {
      for (let group = 1000; group < 4000; group++) race.send({ group, id: group });
    };
    const status = race.overtaken([parcel(500, 500), parcel(3, 501)], more);
    expect([2, layout.STATUS_CHANGED]).toContain(status);
    expect(race.base.verify()).toMatchObject({ check: 0 });
  });
});

describe("a receive that is overtaken between two of its sections", () => {
  /** What its second section brings, and the sequences of group 1, of which the first took ten. */
  function goOn(between: (race: Race, taken: readonly Receipt[]) => void) {
    const race = new Race(0);
    const { slow, queue } = race;
    const sequences = Array.from({ length: 30 }, (_, id) => race.send({ group: 1, id }));
    const taken = slow.claimOn(queue, [], 10, 5, race.nowMs);
    expect(taken.map(({ sequence }) => sequence)).toEqual(sequences.slice(0, 10));
    between(race, taken);
    const more = slow.claimOn(queue, taken, 10, 5, race.nowMs);
    expect(race.base.verify()).toMatchObject({ check: 0 });
    return { more: more.map(({ sequence }) => sequence), sequences };
  }

  test("nothing happened: it goes on in the group", () => {
    const { more, sequences } = goOn(() => {});
    expect(more).toEqual(sequences.slice(10, 20));
  });

  test("what it took is visible again: it begins again", () => {
    const { more, sequences } = goOn((race) => {
      race.nowMs += 5;
      race.quick.advance(race.queue, race.nowMs);
    });
    expect(more).toEqual(sequences.slice(0, 10));
  });

  test("the first it took is visible again: that one comes, and no later one", () => {
    const { more, sequences } = goOn(({ quick, queue, nowMs }, taken) => {
      quick.hide(queue, taken.slice(0, 1), [0], nowMs);
    });
    expect(more).toEqual(sequences.slice(0, 1));
  });

  test("the last it took is visible again: nothing comes that would overtake it", () => {
    const { more } = goOn(({ quick, queue, nowMs }, taken) => {
      quick.hide(queue, taken.slice(-1), [0], nowMs);
    });
    expect(more).toEqual([]);
  });

  test("somebody else has what it took: the group is locked", () => {
    const { more } = goOn((race) => {
      race.nowMs += 5;
      race.quick.advance(race.queue, race.nowMs);
      race.quick.claimOn(race.queue, [], 10, 1000, race.nowMs);
    });
    expect(more).toEqual([]);
  });

  test("the slot of its last is another group's by now, locked by somebody else", () => {
    const { more } = goOn(({ quick, queue, nowMs }, taken) => {
      quick.remove(queue, taken.slice(-1), nowMs);
      const parcels = [parcel(2, 100), parcel(2, 101)];
      const [sequence] = quick.commit(queue, parcels, nowMs);
      const [receipt] = quick.claimOn(queue, [], 1, 1000, nowMs);
      expect(receipt).toMatchObject({ slot: taken.at(-1)?.slot, sequence, count: 1 });
    });
    expect(more).toEqual([]);
  });

  test("its group was purged: it takes what has come since", () => {
    let later = 0;
    const { more } = goOn((race) => {
      race.quick.cut(race.queue, race.nowMs);
      later = race.send({ group: 1, id: 200 });
    });
    expect(more).toEqual([later]);
  });
});
