/** What is signed gets in: by AWS's own JavaScript clients, under any host and port; and what it costs in keys. */
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateQueueCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { Setting } from "../../../engine/broker/described/setting.ts";
import type { Claim } from "../../../engine/server/auth/claim.ts";
import { credentialsOf } from "../../../engine/server/auth/credentials.ts";
import { readCredentials } from "../../../engine/server/auth/readCredentials.ts";
import { keysMax, SigningKeys } from "../../../engine/server/auth/signingKeys.ts";
import { Server } from "../../../engine/server/http/server.ts";
import { Signing } from "../../support/signing.ts";
import { guardedOnce, keysOf, owner } from "./guarded.ts";

const reader = { account: owner, role: "reader", sessionToken: "token/of+it==" };
const everything = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
};
const guarded = guardedOnce({ reader: { ...reader, policies: [everything] } });

function optionsOf(keys: object) {
  const credentials = keys as { accessKeyId: string; secretAccessKey: string };
  return { endpoint: guarded().server.url, region: "us-east-1", credentials, maxAttempts: 1 };
}

test.each(["root", "reader"])(
  "AWS's JavaScript clients sign as the server wants it: %s",
  async (name) => {
    const keys = keysOf(name, name === "reader" ? reader : { account: owner });
    const sqs = new SQSClient(optionsOf(keys));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `of-${name}` }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "h\u00e9llo" }));
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["SenderId"] }),
    );
    expect(Messages?.[0]?.Body).toBe("h\u00e9llo");
    const sender = name === "root" ? /^123456789012$/ : /^AROA[A-Z2-7]{17}:sluice$/;
    expect(Messages?.[0]?.Attributes?.SenderId).toMatch(sender);
    const cloudWatch = new CloudWatchClient(optionsOf(keys));
    expect((await cloudWatch.send(new ListMetricsCommand({}))).$metadata.httpStatusCode).toBe(200);
    sqs.destroy();
    cloudWatch.destroy();
  },
);

test.each([
  [{ accessKeyId: "KEY-root", secretAccessKey: "another" }, "SignatureDoesNotMatch"],
  [{ accessKeyId: "KEY-nobody", secretAccessKey: "secret-of-root" }, "InvalidClientTokenId"],
])("AWS's JavaScript clients name what is wrong with %j", async (keys, name) => {
  const sqs = new SQSClient(optionsOf(keys));
  await expect(sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject({ name });
  sqs.destroy();
});

test("the host may be an address of IPv6, and any port", async () => {
  const list = [{ ...keysOf("root", { account: owner }), account: owner }];
  const credentials = credentialsOf(readCredentials(Setting.of(list, "test"), (_, work) => work()));
  const { broker } = guarded();
  const onFault = (error: unknown) => expect(error).toBeUndefined();
  const server = await Server.listen({ broker, credentials, host: "::1", port: 0, onFault });
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  const signing = new Signing(server.url, keysOf("root", { account: owner }));
  expect(await signing.createQueue("six")).toBe(`${server.url}/${owner}/six`);
  signing.disconnect();
  await server.close();
});

test("a signing key is made once a day, and no more of them are kept than there may be", () => {
  const keys = new SigningKeys();
  const claim = (day: number) =>
    ({ accessKeyId: "a", day: String(day), region: "r", service: "sqs" }) as Claim;
  const first = keys.of(claim(1), "secret");
  expect(keys.of(claim(1), "secret")).toBe(first);
  for (let day = 2; day <= 2 * keysMax; day++) keys.of(claim(day), "secret");
  expect(keys.size).toBe(keysMax);
  expect(keys.of(claim(2 * keysMax), "secret")).toBe(keys.of(claim(2 * keysMax), "secret"));
  expect(keys.of(claim(1), "secret")).not.toBe(first);
});
