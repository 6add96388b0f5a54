/**
 * Random operations on queues of the same names in two accounts, by two members of a broker in turn,
 * against plain maps: what each account has, what is in its queues, and which messages are whose.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { SluiceError } from "../../../engine/errors.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";

const STEPS = 800;
const ACCOUNTS = ["000000000000", "111122223333"];
/** Some begin alike, and one is a part of another. */
const NAMES = ["a", "ab", "b", "a.fifo", "B"];

let opener: Broker;
let attached: Broker;

beforeAll(async () => {
  opener = await Broker.open({ memoryBytes: 32 * 1_048_576, queuesMax: 16 });
  attached = await Broker.attach(opener.share());
});

afterAll(async () => {
  await attached.close();
  await opener.close();
});

/** Of an account: by name the bodies that are in each of its queues, in their order. */
type Model = Map<string, string[]>;

test("queues of two accounts are what a map of maps is", async () => {
  const random = new Seeded(chooseSeed("accounts"));
  const models = new Map<string, Model>(ACCOUNTS.map((account) => [account, new Map()]));
  let sent = 0;
  const operations = {
    async create(broker: Broker, account: string, name: string, model: Model) {
      const isFifo = name.endsWith(".fifo");
      await broker.createQueue(name, isFifo ? { fifoQueue: true } : {}, { account });
      if (!model.has(name)) model.set(name, []);
    },
    async delete(broker: Broker, account: string, name: string, model: Model) {
      await broker.deleteQueue(name, { account });
      model.delete(name);
    },
    async send(broker: Broker, account: string, name: string, model: Model) {
      const queue = await broker.getQueue(name, { account });
      sent += 1;
      const body = `${account} ${name} ${sent}`;
      const fifo = { messageGroupId: "g", messageDeduplicationId: String(sent) };
      await queue.send(body, queue.isFifo ? fifo : {});
      model.get(name)?.push(body);
    },
    async receive(broker: Broker, account: string, name: string, model: Model) {
      const queue = await broker.getQueue(name, { account });
      const messages = await queue.receive({ maxNumberOfMessages: 3 });
      for (const message of messages) await message.delete();
      const expected = model.get(name)?.splice(0, 3);
      expect(messages.map(({ body }) => body)).toEqual(expected);
    },
    async purge(broker: Broker, account: string, name: string, model: Model) {
      await (await broker.getQueue(name, { account })).purge();
      model.set(name, []);
    },
  };
  const kinds = ["create", "create", "delete", "send", "send", "send", "receive", "purge"] as const;
  let refused = 0;
  for (let step = 0; step < STEPS; step++) {
    const broker = random.pick([opener, attached]);
    const account = random.pick(ACCOUNTS);
    const name = random.pick(NAMES);
    const model = models.get(account) as Model;
    const kind = random.pick(kinds);
    const isThere = model.has(name) || kind === "create";
    try {
      await operations[kind](broker, account, name, model);
      expect([step, kind, isThere]).toEqual([step, kind, true]);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      expect([step, error.code, isThere]).toEqual([step, "QueueDoesNotExist", false]);
      refused += 1;
    }
    const prefix = random.pick(["", "a", "b", "c"]);
    const listed = await random.pick([opener, attached]).listQueues({ account, prefix });
    const names = [...model.keys()].filter((one) => one.startsWith(prefix));
    expect(listed).toEqual(names.sort());
  }
  for (const [account, model] of models) {
    for (const [name, bodies] of model) {
      const queue = await opener.getQueue(name, { account });
      expect(queue.counts().visible).toBe(bodies.length);
    }
  }
  expect(sent).toBeGreaterThan(STEPS / 8);
  expect(refused).toBeGreaterThan(STEPS / 20);
});
