// Tests with vitest, in no real time: node_modules/.bin/vitest run packing.test.mjs
import { Broker, VirtualClock } from "sluice";
import { testing } from "sluice/testing";
import { afterAll, beforeEach, expect, test } from "vitest";
import { PackingStation } from "./packing.mjs";

const broker = await Broker.open({ clock: new VirtualClock() });
const kit = testing(broker);
const order = JSON.stringify({ id: 7, items: ["pen", "ink"] });
let queue;

beforeEach(async () => {
  await kit.reset();
  const dead = await broker.createQueue("orders-failed");
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 3 };
  queue = await broker.createQueue("orders", { visibilityTimeout: 30, redrivePolicy });
});
afterAll(() => broker.close());

test("an order is packed and gone", async () => {
  const parcels = [];
  const station = new PackingStation(queue, (items) => parcels.push(items));
  await queue.send(order);
  expect([await station.packOne(), await station.packOne()]).toEqual([true, false]);
  expect(parcels).toEqual([["pen", "ink"]]);
  await kit.expectEmpty("orders");
});

test("an order that can't be packed comes back, and is a dead letter after three times", async () => {
  const station = new PackingStation(queue, () => {
    throw new Error("out of ink");
  });
  await queue.send(order);
  for (let times = 1; times <= 3; times++) {
    await expect(station.packOne()).rejects.toThrow("out of ink");
    await kit.expectMessage("orders", { state: "inFlight", receiveCount: times });
    await kit.advance({ seconds: 30 });
  }
  expect(await station.packOne()).toBe(false);
  await kit.expectDeadLetter("orders", { body: { id: 7 } });
});

test("an order whose deletion got lost is packed once", async () => {
  const parcels = [];
  const station = new PackingStation(queue, (items) => parcels.push(items));
  await queue.send(order);
  await kit.fault({ fault: "loseDelete", count: 1 });
  await station.packOne();
  await kit.advance({ seconds: 30 });
  expect(await station.packOne()).toBe(true);
  expect(parcels).toHaveLength(1);
  await kit.expectEmpty("orders");
});
