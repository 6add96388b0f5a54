/**
 * What becomes of calls when a sync fails, the disk is full, or the journal's thread ends. Each is told by what it
 * leaves: who waited is told that the outcome is not known, who comes later why the broker ended. Errors at each
 * call of the disk: errors.test.ts.
 */
import { afterEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { durableOf } from "../../../engine/broker/durable/face.ts";
import { useJournalThread } from "../../../engine/broker/durable/journalStart.ts";
import { SluiceError } from "../../../engine/errors.ts";
import type { Message, Queue } from "../../../engine/types.ts";
import { startThread } from "../threads/start.ts";
import { DIE, FAIL, PASS, WAIT } from "./gate.ts";
import { hasSettled, Ruled, SMALL } from "./kept.ts";

const MIB = 1_048_576;
const unknown = expect.objectContaining({
  code: "InternalFailure",
  retryable: false,
  message: expect.stringMatching(/^The outcome of this call is not known/),
});

let ruled: Ruled | undefined;

afterEach(async () => {
  ruled?.gate.set(PASS);
  await ruled?.broker.close();
  ruled = undefined;
});

async function opened(...how: Parameters<typeof Ruled.open>): Promise<Queue> {
  ruled = await Ruled.open(...how);
  return ruled.broker.createQueue("jobs");
}

/** How a call ends. */
async function endOf(call: () => Promise<unknown>): Promise<SluiceError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}

describe.each([
  ["a sync fails", FAIL, /could not sync/],
  ["the journal's thread ends", DIE, /ended with code 3/],
])("%s", (_, command, why) => {
  test("who waits is told that the outcome is not known, who comes later why", async () => {
    const jobs = await opened();
    const { gate, broker } = ruled as Ruled;
    gate.set(WAIT);
    const came = gate.came();
    const waiting = [jobs.send("x"), jobs.sendBatch(["y"]), broker.createQueue("more")];
    await came;
    gate.set(command);
    for (const promise of waiting) await expect(promise).rejects.toEqual(unknown);
    const later = expect.objectContaining({
      code: "InternalFailure",
      message: expect.stringMatching(why),
    });
    await expect(jobs.send("z")).rejects.toEqual(later);
    await expect(broker.flush()).rejects.toEqual(later);
    expect(() => jobs.sync.send("z")).toThrow(later);
  });

  test("other threads are told as well, and long polls end", async () => {
    const jobs = await opened();
    const { gate, broker } = ruled as Ruled;
    const poll = jobs.receive({ waitTimeSeconds: 20 });
    poll.catch(() => undefined);
    const thread = startThread<string>(broker, "sendOne", { queue: "jobs" });
    await thread.ready;
    // Its message ends the poll: then another one waits.
    gate.set(command);
    thread.worker.postMessage("go");
    expect(await thread.result).toBe("InternalFailure");
    await thread.exit;
    await poll.catch(() => undefined);
    await expect(jobs.receive({ waitTimeSeconds: 20 })).rejects.toMatchObject({
      code: "InternalFailure",
    });
  });
});

describe("a disk without room", () => {
  /** Bytes; 0 is as many as it likes. */
  function setRoom(word: Int32Array, bytes: number): void {
    Atomics.store(word, 0, bytes);
  }

  /** Until the journal has found that there is so much room. */
  async function noticed(found: number): Promise<void> {
    const numbers = durableOf((ruled as Ruled).broker)?.numbers;
    await expect.poll(() => numbers?.get("room")).toBe(found);
  }

  /** Until a send is refused. */
  async function refusal(jobs: Queue): Promise<SluiceError> {
    for (;;) {
      const error = await endOf(() => jobs.send("more"));
      if (error !== undefined) return error;
    }
  }

  test("refuses sends before it is full, goes on with deletes, and takes sends again", async () => {
    const room = new Int32Array(new SharedArrayBuffer(4));
    const jobs = await opened({}, { room });
    await jobs.sendBatch(["a", "b", "c"]);
    setRoom(room, 2 * MIB);
    const refused = expect.objectContaining({
      code: "CapacityExceeded",
      retryable: true,
      message: expect.stringContaining("disk"),
    });
    expect(await refusal(jobs)).toEqual(refused);
    expect(jobs.sync.send("x")).toBe(false);
    expect(await jobs.sendBatch(["x"])).toMatchObject({ failed: [{ index: 0, error: refused }] });
    const [message] = await jobs.receive();
    await jobs.changeVisibility(message as Message, 60);
    await jobs.delete(message as Message);
    const waiting = jobs.send("later", { waitForCapacity: true });
    expect(await hasSettled(waiting)).toBe(false);
    setRoom(room, 0);
    await waiting;
    await jobs.send("again");
  });

  test("keeps deletes waiting when it is full, and then goes on", async () => {
    const room = new Int32Array(new SharedArrayBuffer(4));
    const jobs = await opened({}, { room });
    await jobs.sendBatch(["a", "b", "c"]);
    const messages = await jobs.receive({ maxNumberOfMessages: 3 });
    setRoom(room, 1);
    await noticed(2);
    const removed = jobs.delete(messages[0] as Message);
    expect(await hasSettled(removed)).toBe(false);
    await expect(jobs.send("x")).rejects.toMatchObject({ code: "CapacityExceeded" });
    setRoom(room, 0);
    await removed;
    await noticed(0);
    await jobs.send("again");
  });

  test("ends a broker that closes meanwhile, and says so", async () => {
    const room = new Int32Array(new SharedArrayBuffer(4));
    const jobs = await opened({}, { room });
    const { broker } = ruled as Ruled;
    setRoom(room, 1);
    const sent = endOf(() => jobs.send("x"));
    await expect(broker.close()).rejects.toMatchObject({ code: "InternalFailure" });
    expect(await sent).toEqual(unknown);
    ruled = undefined;
  });
});

test("a thread that can't begin keeps the broker from opening", async () => {
  const options = { ...SMALL, directory: "/nowhere" };
  useJournalThread(options, { file: new URL("./nothing.mjs", import.meta.url), more: undefined });
  await expect(Broker.open(options)).rejects.toMatchObject({ code: "InternalFailure" });
});

test("a close lets those who wait for the disk have their answer", async () => {
  const jobs = await opened();
  const { broker } = ruled as Ruled;
  const sent = jobs.send("x");
  await broker.close();
  await sent;
});
