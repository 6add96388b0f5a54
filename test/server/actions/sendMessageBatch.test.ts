/** SendMessageBatch: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { Serve, serveOnce } from "../../support/serve.ts";
import {
  badEntryId,
  batchTooLong,
  emptyBatch,
  expectError,
  expectQueryError,
  expectXml,
  malformed,
  sameEntryId,
  tooManyEntries,
  uuidPattern,
  type WireFailure,
} from "../../support/wire.ts";

const serve = serveOnce();
const send = async (Entries: unknown, QueueUrl?: string) =>
  serve().call("SendMessageBatch", {
    QueueUrl: QueueUrl ?? (await serve().createQueue("batch")),
    Entries,
  });
const entry = (Id: string, more: object = {}) => ({ Id, MessageBody: "Hello", ...more });
const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => entry(`e${index}`, { MessageBody: `body ${index}` }));

describe("the wire form", () => {
  test("tells each success in the entries' order, and no failures when there are none", async () => {
    const MessageAttributes = { city: { DataType: "String", StringValue: "Any City" } };
    const answer = await send([entry("b"), entry("a", { MessageAttributes })]);
    const success = {
      MessageId: expect.stringMatching(uuidPattern),
      MD5OfMessageBody: "8b1a9953c4611296a827abf8c47804d7",
    };
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        Successful: [
          { Id: "b", ...success },
          { Id: "a", ...success, MD5OfMessageAttributes: "a6ffb68ea212e1f864e24e589a1bda87" },
        ],
      },
    ]);
  });

  test("ten entries arrive as ten messages", async () => {
    const QueueUrl = await serve().createQueue("ten");
    expect((await send(entries(10), QueueUrl)).json.Successful).toHaveLength(10);
    const input = { QueueUrl, MaxNumberOfMessages: 10 };
    const { Messages = [] } = await serve().ok("ReceiveMessage", input);
    const bodies = Messages.map(({ Body }) => Body).sort();
    expect(bodies).toEqual(entries(10).map(({ MessageBody }) => MessageBody));
  });
});

describe("the whole batch", () => {
  test("fails when it is empty, or has more than ten entries", async () => {
    expectError(await send([]), emptyBatch);
    expectError(await send(undefined), emptyBatch);
    const eleven = await send(entries(11));
    expectError(eleven, tooManyEntries);
    expect(eleven.json.message).toMatch(/10.*11/);
  });

  test.each(["", "a b", "a.b", "x".repeat(81), undefined])("fails for the id %j", async (Id) => {
    expectError(await send([{ Id, MessageBody: "a" }]), badEntryId);
  });

  test("fails for an id that is there twice", async () => {
    expectError(await send([entry("a"), entry("b"), entry("a")]), sameEntryId);
  });

  test("fails when one entry can't be read", async () => {
    expectError(await send([entry("a"), entry("b", { MessageBody: 1 })]), malformed);
  });

  test("fails over 1 MiB in all, whatever its queue allows, attributes included", async () => {
    const half = "x".repeat(524_288);
    const fitting = [entry("a", { MessageBody: half }), entry("b", { MessageBody: half })];
    expect((await send(fitting)).json.Successful).toHaveLength(2);
    expectError(await send([...fitting, entry("c")]), batchTooLong);
    const MessageAttributes = { n: { DataType: "String", StringValue: "v" } };
    const attributed = entry("b", { MessageBody: half, MessageAttributes });
    expectError(await send([entry("a", { MessageBody: half }), attributed]), batchTooLong);
  });

  test("counts an attribute's name, its data type with the suffix, and its value", async () => {
    const MessageAttributes = { n: { DataType: "String.x", StringValue: "v" } };
    const counting = (bytes: number) => [
      entry("a", { MessageBody: "x".repeat(bytes - "nString.xv".length), MessageAttributes }),
    ];
    expect((await send(counting(1_048_576))).json.Successful).toHaveLength(1);
    expectError(await send(counting(1_048_577)), batchTooLong);
  });

  test("sends nothing when it fails", async () => {
    const QueueUrl = await serve().createQueue("untouched");
    await send([entry("a"), entry("a")], QueueUrl);
    expect(await serve().ok("ReceiveMessage", { QueueUrl })).toEqual({});
  });
});

describe("one entry", () => {
  test("fails alone, and is told by its code, in the entries' order", async () => {
    const QueueUrl = await serve().createQueue("partly", { MaximumMessageSize: "2048" });
    const answer = await send(
      [
        entry("contents", { MessageBody: "\ufffe" }),
        entry("good1", { MessageBody: "good" }),
        entry("size", { MessageBody: "x".repeat(2_049) }),
        entry("delay", { DelaySeconds: 901 }),
        entry("empty", { MessageBody: "" }),
        { Id: "absent" },
        entry("attribute", { MessageAttributes: { a: { DataType: "x", StringValue: "v" } } }),
        entry("good2", { MessageBody: "x".repeat(2_048) }),
        entry("deduplication", { MessageDeduplicationId: "d" }),
      ],
      QueueUrl,
    );
    expect(answer.status).toBe(200);
    expect(answer.json.Successful?.map(({ Id }) => Id)).toEqual(["good1", "good2"]);
    expect(answer.json.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual(
      [
        ["contents", "InvalidMessageContents", true],
        ["size", "InvalidParameterValue", true],
        ["delay", "InvalidParameterValue", true],
        ["empty", "MissingParameter", true],
        ["absent", "MissingParameter", true],
        ["attribute", "InvalidParameterValue", true],
        ["deduplication", "InvalidParameterValue", true],
      ],
    );
    for (const { Message } of answer.json.Failed ?? []) expect(Message).toMatch(/\w/);
  });

  test("that fails with all others leaves no successes", async () => {
    const { json } = await send([entry("a", { MessageBody: "\u0000" })]);
    expect([json.Successful, json.Failed?.length]).toEqual([undefined, 1]);
  });

  test("may have a delay and a group of its own", async () => {
    const QueueUrl = await serve().createQueue("own");
    await send([entry("a", { DelaySeconds: 900 }), entry("b", { MessageGroupId: "g" })], QueueUrl);
    const { Messages } = await serve().ok("ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["MessageGroupId"],
    });
    expect(Messages?.map(({ Attributes }) => Attributes)).toEqual([{ MessageGroupId: "g" }]);
  });
});

test("an entry that a full memory refuses is no fault of the sender's", async () => {
  const small = await Serve.start(["--memory", "64MiB"]);
  try {
    const QueueUrl = await small.createQueue("full");
    const Entries = entries(10).map(({ Id }) => entry(Id, { MessageBody: "x".repeat(100_000) }));
    let refused: readonly WireFailure[] = [];
    for (let call = 0; call < 100 && refused.length === 0; call++) {
      const { Failed } = await small.ok("SendMessageBatch", { QueueUrl, Entries });
      refused = Failed ?? [];
    }
    expect(refused.length).toBeGreaterThan(0);
    for (const failure of refused) {
      expect(failure).toMatchObject({ Code: "CapacityExceeded", SenderFault: false });
    }
  } finally {
    await small.stop("SIGKILL");
  }
});

test("a form takes numbered entries with attributes, and is answered by repeated elements", async () => {
  const QueueUrl = await serve().createQueue("form");
  const city = { DataType: "String", StringValue: "Any City" };
  const Entries = [
    { Id: "bad", MessageBody: "\u0000" },
    { Id: "good", MessageBody: "Hello", DelaySeconds: 0, MessageAttributes: { city } },
  ];
  const answer = await serve().query("SendMessageBatch", { QueueUrl, Entries });
  expect(answer.text).toContain(
    "<SendMessageBatchResult><SendMessageBatchResultEntry><Id>good</Id>" +
      `<MessageId>${answer.xml.result.Successful?.[0]?.MessageId}</MessageId>` +
      "<MD5OfMessageBody>8b1a9953c4611296a827abf8c47804d7</MD5OfMessageBody>" +
      "<MD5OfMessageAttributes>a6ffb68ea212e1f864e24e589a1bda87</MD5OfMessageAttributes>" +
      "</SendMessageBatchResultEntry><BatchResultErrorEntry><Id>bad</Id>" +
      "<SenderFault>true</SenderFault><Code>InvalidMessageContents</Code><Message>",
  );
  expectXml(answer);
  expectQueryError(await serve().query("SendMessageBatch", { QueueUrl }), emptyBatch);
});
