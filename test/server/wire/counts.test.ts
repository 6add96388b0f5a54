/**
 * One request can't hold the thread: counts are checked before contents, for every list and map of
 * every action and in both protocols, and no work grows faster than the request. What is tried here
 * are counts, and ratios within one run; what a request costs is a bench (`sluice bench worst`).
 */
import { describe, expect, test } from "vitest";
import { parseForm } from "../../../engine/server/protocol/form.ts";
import { countJson } from "../../../engine/server/protocol/jsonMarks.ts";
import { escapeXml } from "../../../engine/server/protocol/xmlText.ts";
import { actionNames, findAction } from "../../../engine/server/router.ts";
import type { Members, Shape } from "../../../engine/server/wire/schema.ts";
import { formHeaders } from "../../support/query.ts";
import { serveOnce } from "../../support/serve.ts";
import { tooLarge } from "../../support/wire.ts";

const serve = serveOnce();

/** The lists and maps below some members that say how many there may be, and those that do not. */
function lists(members: Members, path: string): { path: string; max: number | undefined }[] {
  const within = (shape: Shape, at: string) =>
    shape.type === "structure" ? lists(shape.members, `${at}.`) : [];
  return Object.entries(members).flatMap(([name, shape]) => {
    const at = `${path}${name}`;
    if (shape.type !== "list" && shape.type !== "map") return within(shape, at);
    return [{ path: at, max: shape.max }, ...within(shape.of, at)];
  });
}

test("every list and map that a request may have says how many there may be", () => {
  const all = actionNames.flatMap((action) => lists(findAction(action, "").members, `${action}.`));
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter(({ max }) => max === undefined)).toEqual([]);
});

/** `count` entries whose contents are all wrong: no text, no half of a map, no entry of a batch. */
const bad = (count: number) => Array.from({ length: count }, () => 7);
const badMap = (count: number) => Object.fromEntries(bad(count).map((value, key) => [key, value]));
/** Fields of elements that lack what an element needs. */
const badFields = (each: string, count: number) =>
  bad(count).map((_, index) => `${each}.${index + 1}.Nothing=x`);

interface Over {
  readonly action: string;
  readonly input: object;
  readonly fields: readonly string[];
  readonly code: string;
  /** A number that the text has: how many there were. */
  readonly count: number;
}

const send = { MessageBody: "a" };
const sendFields = ["MessageBody=a"];
const grant = { Label: "l", AWSAccountIds: ["111111111111"], Actions: ["*"] };
const invalid = "InvalidParameterValue";

const over: readonly Over[] = [
  ...["SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"].map((action) => ({
    action,
    input: { Entries: bad(11) },
    fields: badFields(`${action}RequestEntry`, 11),
    code: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    count: 11,
  })),
  {
    action: "TagQueue",
    input: { Tags: badMap(51) },
    fields: badFields("Tag", 51),
    code: invalid,
    count: 51,
  },
  {
    action: "UntagQueue",
    input: { TagKeys: bad(51) },
    fields: badFields("TagKey", 51),
    code: invalid,
    count: 51,
  },
  {
    action: "CreateQueue",
    input: { QueueName: "q", tags: badMap(51) },
    fields: ["QueueName=q", ...badFields("Tag", 51)],
    code: invalid,
    count: 51,
  },
  {
    action: "CreateQueue",
    input: { QueueName: "q", Attributes: badMap(99) },
    fields: ["QueueName=q", ...badFields("Attribute", 99)],
    code: "InvalidAttributeName",
    count: 99,
  },
  {
    action: "SetQueueAttributes",
    input: { Attributes: badMap(99) },
    fields: badFields("Attribute", 99),
    code: "InvalidAttributeName",
    count: 99,
  },
  {
    action: "GetQueueAttributes",
    input: { AttributeNames: bad(1_001) },
    fields: badFields("AttributeName", 1_001),
    code: invalid,
    count: 1_001,
  },
  ...["AttributeName", "MessageSystemAttributeName", "MessageAttributeName"].map((each) => ({
    action: "ReceiveMessage",
    input: { [`${each}s`]: bad(1_001) },
    fields: badFields(each, 1_001),
    code: invalid,
    count: 1_001,
  })),
  {
    action: "AddPermission",
    input: { ...grant, Actions: bad(8) },
    fields: ["Label=l", "AWSAccountId.1=111111111111", ...badFields("ActionName", 8)],
    code: "OverLimit",
    count: 8,
  },
  {
    action: "AddPermission",
    input: { ...grant, AWSAccountIds: bad(51) },
    fields: ["Label=l", "ActionName.1=*", ...badFields("AWSAccountId", 51)],
    code: "OverLimit",
    count: 51,
  },
  {
    action: "SendMessage",
    input: { ...send, MessageAttributes: badMap(11) },
    fields: [...sendFields, ...badFields("MessageAttribute", 11)],
    code: invalid,
    count: 11,
  },
  {
    action: "SendMessage",
    input: { ...send, MessageSystemAttributes: badMap(2) },
    fields: [...sendFields, ...badFields("MessageSystemAttribute", 2)],
    code: invalid,
    count: 2,
  },
  ...["StringListValue", "BinaryListValue"].map((each) => ({
    action: "SendMessage",
    input: { ...send, MessageAttributes: { a: { DataType: "String", [`${each}s`]: bad(1) } } },
    fields: [
      ...sendFields,
      "MessageAttribute.1.Name=a",
      "MessageAttribute.1.Value.DataType=String",
      ...badFields(`MessageAttribute.1.Value.${each}`, 1),
    ],
    code: "AWS.SimpleQueueService.UnsupportedOperation",
    count: 0,
  })),
];

describe("a list with one element more than it may have, of which none is right", () => {
  test.each(over.map((one) => [one.action, Object.keys(one.input).at(-1), one] as const))(
    "of %s, %s, is refused by its count",
    async (action, _, { input, fields, code, count }) => {
      const QueueUrl = await serve().createQueue("counted");
      const json = await serve().call(action, { QueueUrl, ...input });
      const body = [`Action=${action}`, `QueueUrl=${QueueUrl}`, ...fields].join("&");
      const query = await serve().send({ headers: formHeaders, body });
      expect(`${json.headers["x-amzn-query-error"]}`).toBe(`${code};Sender`);
      expect(query.text).toContain(`<Code>${code}</Code>`);
      if (count === 0) return;
      expect(json.json.message).toMatch(new RegExp(`\\b${count}\\b`));
      expect(query.text).toMatch(new RegExp(`\\b${count}\\b`));
    },
  );

  test("fails alone in a batch", async () => {
    const QueueUrl = await serve().createQueue("counted");
    const good = { Id: "good", ...send };
    const Entries = [{ Id: "bad", ...send, MessageAttributes: badMap(11) }, good];
    const answer = await serve().ok("SendMessageBatch", { QueueUrl, Entries });
    expect(answer.Failed).toMatchObject([{ Id: "bad", Code: invalid }]);
    expect(answer.Successful).toMatchObject([{ Id: "good" }]);
    const entry = "SendMessageBatchRequestEntry";
    const fields = [
      `${entry}.1.Id=bad&${entry}.1.MessageBody=a`,
      ...badFields(`${entry}.1.MessageAttribute`, 11),
      `${entry}.2.Id=good&${entry}.2.MessageBody=a`,
    ];
    const body = ["Action=SendMessageBatch", `QueueUrl=${QueueUrl}`, ...fields].join("&");
    const { text } = await serve().send({ headers: formHeaders, body });
    expect(text).toContain("<BatchResultErrorEntry><Id>bad</Id>");
    expect(text).toContain("<SendMessageBatchResultEntry><Id>good</Id>");
  });
});

describe("a body", () => {
  const json = (action: string, body: string) =>
    serve().send({ headers: { "X-Amz-Target": `AmazonSQS.${action}` }, body });

  test.each([
    ["tags", "TagQueue", `{"Tags":{${bad(50_000).map((_, key) => `"${key}":""`)}}}`],
    ["objects that nobody knows", "ListQueues", `{"x":[${"{},".repeat(50_000)}{}]}`],
    ["brackets", "ListQueues", `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ])("of JSON with too many %s is refused before it is parsed", async (_, action, body) => {
    const { status, headers, json: told } = await json(action, body);
    expect([status, headers["x-amzn-query-error"]]).toEqual([400, "MalformedInput;Sender"]);
    expect(told.message).toContain("10000 values");
  });

  test("is counted outside of its strings only", () => {
    const count = (text: string) => countJson(Buffer.from(text), 1_000);
    expect(count('{"a,[{":[1,2,{"b\\"],[{":"\\\\"}]}')).toEqual({ marks: 5, contentBytes: 11 });
    expect(count('["\\u0041\\ud83d\\ude00é"]')).toEqual({ marks: 1, contentBytes: 5 });
    expect(count('["open').marks).toBe(1);
    expect(countJson(Buffer.from("[".repeat(5_000)), 1_000).marks).toBe(1_001);
    expect(count(" ".repeat(1_000_000)).marks).toBe(0);
    expect(count(" ".repeat(1_000_001)).marks).toBe(1_001);
  });

  test("of 1 MiB that JSON writes as six times as much is accepted", async () => {
    const QueueUrl = await serve().createQueue("escaped");
    const body = `{"QueueUrl":"${QueueUrl}","MessageBody":"${"\\u0041".repeat(1_048_576)}"}`;
    expect(body.length).toBeGreaterThan(6 * 1_048_576);
    expect((await json("SendMessage", body)).status).toBe(200);
    const { Messages } = await serve().ok("ReceiveMessage", { QueueUrl });
    expect(Messages?.[0]?.Body === "A".repeat(1_048_576)).toBe(true);
  });

  test("with more text than any message has is refused in the action's own words", async () => {
    const QueueUrl = await serve().createQueue("long");
    const MessageBody = "é".repeat(2 * 1_048_576);
    const codes = async (action: string, input: object, form: string) => {
      const { headers } = await serve().call(action, { QueueUrl, ...input });
      const body = `Action=${action}&QueueUrl=${QueueUrl}&${form}=${MessageBody}`;
      const { text } = await serve().send({ headers: formHeaders, body });
      return [
        `${headers["x-amzn-query-error"]}`.split(";")[0],
        /<Code>(.*)<\/Code>/.exec(text)?.[1],
      ];
    };
    expect(await codes("SendMessage", { MessageBody }, "MessageBody")).toEqual([invalid, invalid]);
    const tooLong = "AWS.SimpleQueueService.BatchRequestTooLong";
    const entry = "SendMessageBatchRequestEntry.1";
    const Entries = [{ Id: "a", MessageBody }];
    const batch = await codes(
      "SendMessageBatch",
      { Entries },
      `${entry}.Id=a&${entry}.MessageBody`,
    );
    expect(batch).toEqual([tooLong, tooLong]);
    const tag = await codes("TagQueue", { Tags: { a: MessageBody } }, "Tag.1.Key=a&Tag.1.Value");
    expect(tag).toEqual([tooLarge[2], tooLarge[2]]);
  });

  test("of a batch of a megabyte of bytes, as base64 and with traces, is accepted", async () => {
    const QueueUrl = await serve().createQueue("binary");
    const BinaryValue = Buffer.alloc(104_000, 7).toString("base64");
    const DataType = "String";
    const StringValue = `Root=1-5759e988-bd862e3fe1be46a994272793;${"k=v;".repeat(200)}`;
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: `${index}`,
      MessageBody: "a",
      MessageAttributes: { bytes: { DataType: "Binary", BinaryValue } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType, StringValue } },
    }));
    const answer = await serve().ok("SendMessageBatch", { QueueUrl, Entries });
    expect(answer.Successful).toHaveLength(10);
  });
});

/** The median processor time of five runs of each, one after the other by turns: theirs to ours. */
function ratio(ours: () => unknown, theirs: () => unknown): number {
  const spent = (run: () => unknown): number => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const pairs = Array.from({ length: 5 }, () => [spent(ours), spent(theirs)] as const);
  const median = (values: number[]) => values.sort((one, other) => one - other)[2] as number;
  return median(pairs.map(([one]) => one)) / median(pairs.map(([, other]) => other));
}

describe("a text of a megabyte costs much the same whatever is in it", () => {
  test("blanks of a form, against percent signs", () => {
    const form = (value: string) =>
      parseForm(Buffer.from(`a=${value}`)).fields.below.get("a")?.text;
    const blanks = () => form("+".repeat(3 * 1_048_576));
    const percents = () => form("%41".repeat(1_048_576));
    expect(ratio(blanks, percents)).toBeLessThan(8);
  });

  test("signs of XML, against one sign", () => {
    const many = () => escapeXml("&".repeat(1_048_576));
    const one = () => escapeXml(`${"x".repeat(1_048_575)}&`);
    expect(ratio(many, one)).toBeLessThan(12);
  });

  test("fields of a form without their equals sign, against fields with it", () => {
    const form = (field: string) => parseForm(Buffer.from(field.repeat(9_000)));
    const without = () => form(`${"a".repeat(100)}&`);
    const withIt = () => form(`a=${"a".repeat(98)}&`);
    expect(ratio(without, withIt)).toBeLessThan(8);
  });
});
