/** What a start that is refused leaves of the directory, in one thread with the journal's work. */
import { afterEach, expect, test, vi } from "vitest";
import { Load } from "../../../bindings/load.ts";
import { JournalNumbers } from "../../../engine/broker/durable/journalNumbers.ts";
import { JournalWork, type Report } from "../../../engine/broker/durable/journalWork.ts";
import { FileJournal } from "../../../engine/journal/fileJournal.ts";
import { SimulatedDisk } from "../../journal/simulatedDisk.ts";
import { Seeded } from "../../support/seeded.ts";
import { build } from "../kept/house.ts";

const SIZES = { segmentBytes: 65_536, batchBytes: 16_384, lowBytes: 0 };

afterEach(() => {
  vi.restoreAllMocks();
});

test("memory that ends when all is read but not in its place yet: nothing was written, and the directory is given back", async () => {
  const share = (await build()).engine.share();
  if (share === undefined) throw new Error("no thread record is free");
  vi.spyOn(Load.prototype, "end").mockImplementation(() => {
    throw new RangeError("too small");
  });
  const disk = new SimulatedDisk(new Seeded(1));
  const reports: Report[] = [];
  const lock = { name: "lock", release: vi.fn() };
  await new JournalWork({
    share,
    settings: {
      ...{ account: "000000000000", region: "us-east-1", isSixtySecondRuleOn: false },
      ...{ ...SIZES, isRelaxed: false, numbers: new JournalNumbers().buffer },
    },
    openJournal: async () => new FileJournal(disk, SIZES, lock),
    logBytes: () => 0,
    tell: (report) => reports.push(report),
    takeOrder: () => undefined,
  }).run();
  expect(reports).toMatchObject([{ kind: "failed", refused: { isForMemory: true } }]);
  expect([disk.calls, disk.openFiles]).toEqual([0, 0]);
  expect(lock.release).toHaveBeenCalledOnce();
});
