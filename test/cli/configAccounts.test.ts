/**
 * Queues of several accounts in the file of `sluice serve --config`: made by their account and name, and what
 * is told where that can't be. Needs a build.
 */
import { afterAll, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { makeQueues } from "../../engine/broker/described/queues.ts";
import { readConfig } from "../../engine/server/settings/file.ts";
import { ConfigFiles } from "../support/configFile.ts";

const files = new ConfigFiles();
const fileOf = (text: string) => files.fileOf(text);
const refused = (text: string) => files.refused(text);
afterAll(() => files.remove());

test("a queue of another account stands behind that in the file, and calls its neighbours by name", async () => {
  const file = fileOf(
    `queues:
  orders: { RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 1 } }
  dead: { RedriveAllowPolicy: { redrivePermission: byQueue, sourceQueueArns: [orders] } }
  111122223333/orders: { RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 2 } }
  111122223333/dead: { tags: { of: them } }
  000000000000/own: { DelaySeconds: 3 }
`,
  );
  const { queues, mistakes } = readConfig(file);
  expect(mistakes).toEqual([]);
  await using broker = await Broker.open({ memoryBytes: 64 * 2 ** 20 });
  for (let time = 0; time < 2; time++) expect(await makeQueues(broker, queues)).toEqual([]);
  const account = "111122223333";
  expect(await broker.listQueues()).toEqual(["dead", "orders", "own"]);
  expect(await broker.listQueues({ account })).toEqual(["dead", "orders"]);
  for (const [owner, maxReceiveCount] of [
    ["000000000000", 1],
    [account, 2],
  ] as const) {
    const { attributes } = (await broker.getQueue("orders", { account: owner })).details();
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${owner}:dead`;
    expect(attributes.redrivePolicy).toEqual({ deadLetterTargetArn, maxReceiveCount });
  }
  const dead = (await broker.getQueue("dead")).details();
  expect(dead.stored.RedriveAllowPolicy).toContain("us-east-1:000000000000:orders");
  const theirs = (await broker.getQueue("dead", { account })).details();
  expect([theirs.tags, theirs.stored]).toEqual([{ of: "them" }, {}]);
});

test("a queue of another account is told to be out of reach where there are no credentials", () => {
  const open = refused("queues:\n  111122223333/orders: {}\n  000000000000/own: {}\n");
  expect(open).toEqual({
    code: 2,
    sentences: [
      "FILE:2: queues.111122223333/orders: Without credentials every account means the server's own, " +
        "000000000000, so nobody could reach this queue: add credentials, or leave its account out.",
    ],
  });
});

test("a queue's mistakes with accounts are told", async () => {
  const file = fileOf(
    `queues:
  one: {}
  000000000000/one: { DelaySeconds: 3 }
  111122223333/two: { RedrivePolicy: { deadLetterTargetArn: one, maxReceiveCount: 2 } }
  three:
    RedrivePolicy: { deadLetterTargetArn: "arn:aws:sqs:us-east-1:111122223333:two", maxReceiveCount: 2 }
  11112222333/four: {}
`,
  );
  const { queues, mistakes } = readConfig(file);
  await using broker = await Broker.open({ memoryBytes: 64 * 2 ** 20 });
  const all = [...mistakes, ...(await makeQueues(broker, queues))].map(({ message }) => message);
  expect(all).toEqual([
    expect.stringMatching(/:7: queues\.11112222333\/four: .*"11112222333\/four" is not\.$/),
    expect.stringMatching(/:3: queues\.000000000000\/one: The file has this queue a second time/),
    expect.stringMatching(/:4: .*RedrivePolicy: There is no queue one; the file may make it\.$/),
    expect.stringMatching(/:6: .*RedrivePolicy: .* owner should be same as the source\.$/),
  ]);
});
