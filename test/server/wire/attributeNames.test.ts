/** Which names of message attributes go over the wire and come back, in both protocols. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import { expectError, expectQueryError, invalidValue } from "../../support/wire.ts";

const serve = serveOnce();
const text = { DataType: "String", StringValue: "v" };
let made = 0;

describe.each(["JSON", "query"] as const)("in the %s protocol a message attribute", (protocol) => {
  const call = (action: string, input: object) =>
    protocol === "JSON" ? serve().call(action, input) : serve().query(action, input);

  test.each(["größe", "ø", "名前", "a.b_c-1"])("may be called %s", async (name) => {
    const QueueUrl = await serve().createQueue(`names-${++made}`);
    const message = { QueueUrl, MessageBody: "x", MessageAttributes: { [name]: text } };
    expect((await call("SendMessage", message)).status).toBe(200);
    const Entries = [{ Id: "e", MessageBody: "x", MessageAttributes: { [name]: text } }];
    expect((await call("SendMessageBatch", { QueueUrl, Entries })).status).toBe(200);
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: [name] };
    const { Messages = [] } = await serve().ok("ReceiveMessage", asked);
    expect(Messages.map(({ MessageAttributes }) => MessageAttributes)).toEqual([
      { [name]: text },
      { [name]: text },
    ]);
  });

  test("is shown by its name", async () => {
    const QueueUrl = await serve().createQueue(`names-${++made}`);
    const MessageAttributes = { größe: text };
    await serve().ok("SendMessage", { QueueUrl, MessageBody: "x", MessageAttributes });
    const got = await call("ReceiveMessage", {
      QueueUrl,
      MessageAttributeNames: ["gr.*", "größe"],
    });
    expect(got.text).toContain("größe");
  });

  test.each(["§", "!", '"', "(", "?", "a b", "größe!"])("may not be called %s", async (name) => {
    const QueueUrl = await serve().createQueue(`names-${++made}`);
    const message = { QueueUrl, MessageBody: "x", MessageAttributes: { [name]: text } };
    if (protocol === "JSON") expectError(await serve().call("SendMessage", message), invalidValue);
    else expectQueryError(await serve().query("SendMessage", message), invalidValue);
  });
});
