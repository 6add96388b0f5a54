/**
 * The query protocol, for every action alike: ways in, how fields are read, the XML and the JSON of
 * answers and errors. What a single action makes of it is in that action's own test.
 */
import { describe, expect, test } from "vitest";
import { formHeaders, formOf } from "../../support/query.ts";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  malformed,
  missing,
  noQueue,
  tooLarge,
  unknownAction,
} from "../../support/wire.ts";

const serve = serveOnce(["--account", "123456789012"]);
const post = (body: string | Buffer, path = "/", headers = {}) =>
  serve().send({ path, headers: { ...formHeaders, ...headers }, body });
const get = (path: string, headers = {}) => serve().send({ method: "GET", path, headers });
const error = (status: number, text: string) => ({
  status,
  text: expect.stringContaining(`<Code>${text}</Code>`),
});

async function newQueue(name: string): Promise<{ url: string; path: string }> {
  const url = await serve().createQueue(name);
  return { url, path: new URL(url).pathname };
}

describe("the way in", () => {
  test("is a form by POST, or the fields of a URL by GET", async () => {
    const { url } = await newQueue("ways");
    const form = formOf("GetQueueUrl", { QueueName: "ways" });
    for (const answer of [await post(form), await get(`/?${form}`), await post("", `/?${form}`)]) {
      expect(answer.status).toBe(200);
      expect(answer.text).toContain(`<QueueUrl>${url}</QueueUrl>`);
    }
    const mixed = await post("QueueName=ways", "/?Action=GetQueueUrl&Version=2012-11-05");
    expect(mixed.text).toContain(`<QueueUrl>${url}</QueueUrl>`);
  });

  test("is the queue's own path, whose queue is meant unless the request names another", async () => {
    const { path } = await newQueue("own");
    const other = await newQueue("other");
    await post("Action=SendMessage&MessageBody=a", path);
    await get(`${path}?Action=SendMessage&Version=2012-11-05&MessageBody=b`);
    await post(formOf("SendMessage", { QueueUrl: other.url, MessageBody: "c" }), path);
    const count = async (QueueUrl: string) => {
      const AttributeNames = ["ApproximateNumberOfMessages"];
      return (await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames })).Attributes;
    };
    expect(await count("own")).toEqual({ ApproximateNumberOfMessages: "2" });
    expect(await count("other")).toEqual({ ApproximateNumberOfMessages: "1" });
  });

  test("by a queue's path knows no action that is not of a queue, GetQueueUrl excepted", async () => {
    const { url, path } = await newQueue("narrow");
    for (const action of ["CreateQueue", "ListQueues", "MakeCoffee"]) {
      const answer = await serve().query(action, { QueueName: "narrow" }, path);
      expectQueryError(answer, unknownAction);
    }
    const found = await serve().query("GetQueueUrl", { QueueName: "narrow" }, path);
    expect(found.xml.result).toEqual({ QueueUrl: url });
    const gone = await serve().query("PurgeQueue", {}, "/123456789012/gone");
    expectQueryError(gone, noQueue);
  });

  test("without an action leads nowhere", async () => {
    const nowhere = [404, "<UnknownOperationException/>"];
    for (const answer of [
      await post(""),
      await post("QueueName=a", "/123456789012/a"),
      await get("/?a=b"),
      await get("/nothing?a=b"),
    ]) {
      expect([answer.status, answer.text]).toEqual(nowhere);
      expect(answer.headers["content-type"]).toBe("text/xml");
    }
  });

  test("is a form by any spelling of its type", async () => {
    for (const type of ["Application/X-WWW-Form-URLEncoded", "application/x-www-form-urlencoded"]) {
      const answer = await post("Action=ListQueues", "/", { "Content-Type": type });
      expect([type, answer.status]).toEqual([type, 200]);
    }
  });

  test("needs no version, but does not take a wrong one", async () => {
    expect((await post("Action=ListQueues")).status).toBe(200);
    expect(await post("Action=ListQueues&Version=2001-01-01")).toMatchObject(
      error(400, "InvalidAction"),
    );
  });

  test("is the JSON protocol's where the request has a target", async () => {
    const headers = { ...formHeaders, "X-Amz-Target": "AmazonSQS.ListQueues" };
    expectError(await serve().send({ headers, body: "Action=ListQueues" }), malformed);
  });
});

describe("a form", () => {
  test("with numbers in any order, with gaps, or without them, is read by its numbers", async () => {
    const { path } = await newQueue("numbers");
    const entry = (number: number, id: string) =>
      `&SendMessageBatchRequestEntry.${number}.Id=${id}` +
      `&SendMessageBatchRequestEntry.${number}.MessageBody=${id}`;
    const many = await post(
      `Action=SendMessageBatch${entry(30, "c")}${entry(2, "a")}${entry(10, "b")}`,
      path,
    );
    expect([...many.text.matchAll(/<Id>(\w)<\/Id>/g)].map(([, id]) => id)).toEqual(["a", "b", "c"]);
    const bare = "Attribute.Name=DelaySeconds&Attribute.Value=7";
    expect((await post(`Action=SetQueueAttributes&${bare}`, path)).status).toBe(200);
    const one = await post("Action=GetQueueAttributes&AttributeName=DelaySeconds", path);
    expect(one.text).toContain(
      "<Attribute><Name>DelaySeconds</Name><Value>7</Value></Attribute></GetQueueAttributesResult>",
    );
  });

  test("may have fields that nobody knows, and the same one twice: the last counts", async () => {
    const { path } = await newQueue("spare");
    const spare = "Signature=a%2Bb&Colour.1.Of=it&&=&Attribute.x.y=z&a.b.c.d.e.f.g.h.i.j=k";
    const body = `Action=SendMessage&MessageBody=first&${spare}&MessageBody=second`;
    expect((await post(body, path)).status).toBe(200);
    const { Messages } = await serve().ok("ReceiveMessage", { QueueUrl: path });
    expect(Messages?.[0]?.Body).toBe("second");
  });

  test.each([
    ["no whole number", "Action=ReceiveMessage&WaitTimeSeconds=soon"],
    ["a fraction", "Action=ReceiveMessage&MaxNumberOfMessages=1.5"],
    ["no text for a number", "Action=ReceiveMessage&VisibilityTimeout="],
    [
      "no base64",
      "Action=SendMessage&MessageBody=a&MessageAttribute.1.Name=b&MessageAttribute.1.Value.BinaryValue=%25",
    ],
    ["a structure for a text", "Action=SendMessage&MessageBody.1=a"],
    ["a broken percent sign", "Action=SendMessage&MessageBody=%zz"],
    ["a broken percent sign where nobody knows the field", "Action=SendMessage&Nobody=%zz"],
    ["half a percent sign", "Action=SendMessage&MessageBody=%4"],
    ["broken UTF-8 behind percent signs", "Action=SendMessage&MessageBody=%C3%28"],
    [
      "20,001 levels",
      `Action=SendMessage&MessageBody=a${Array.from({ length: 2_000 }, (_, at) => `&${at}.a.b.c.d.e.f.g.h.i=`).join("")}`,
    ],
    ["10,001 fields", `Action=SendMessage&MessageBody=a${"&b=c".repeat(10_000)}`],
  ])("with %s can't be read", async (_, body) => {
    const { path } = await newQueue("strict");
    expect(await post(body, path)).toMatchObject(error(400, "MalformedInput"));
  });

  test.each(["AQI", "AQI=", "AQ", "AQID"])(
    "may have base64 without its padding: %s",
    async (text) => {
      const { path } = await newQueue("padding");
      const name = "MessageAttribute.1.Name=b&MessageAttribute.1.Value";
      const attribute = `${name}.DataType=Binary&MessageAttribute.1.Value.BinaryValue=${text}`;
      expect((await post(`Action=SendMessage&MessageBody=a&${attribute}`, path)).status).toBe(200);
      const { Messages } = await serve().ok("ReceiveMessage", {
        QueueUrl: path,
        MessageAttributeNames: ["All"],
      });
      const bytes = Messages?.[0]?.MessageAttributes?.b?.BinaryValue ?? "";
      expect(Buffer.from(bytes, "base64")).toEqual(Buffer.from(text, "base64"));
    },
  );

  test("with broken UTF-8 can't be read", async () => {
    const body = Buffer.concat([Buffer.from("Action=SendMessage&MessageBody="), Buffer.of(0xff)]);
    expect(await post(body)).toMatchObject(error(400, "MalformedInput"));
  });

  test.each([
    ["Attribute.1.Value=1", "Attribute.1.Name"],
    ["Attribute.2.Name=DelaySeconds", "Attribute.2.Value"],
    ["Attribute.Value=1", "Attribute.Name"],
  ])("with half an entry (%s) misses the other half", async (half, name) => {
    const { path } = await newQueue("halves");
    const answer = await post(`Action=SetQueueAttributes&${half}`, path);
    expect(answer).toMatchObject(error(400, "MissingParameter"));
    expect(answer.text).toContain(name);
  });

  test("may hold a megabyte, each byte of it written as three", async () => {
    const { path } = await newQueue("percent");
    const MessageBody = "é".repeat(524_288);
    const form = formOf("SendMessage", { MessageBody });
    expect(form.length).toBeGreaterThan(3 * 1_048_576);
    expect((await post(form, path)).status).toBe(200);
    const { Messages } = await serve().ok("ReceiveMessage", { QueueUrl: path });
    expect(Messages?.[0]?.Body === MessageBody).toBe(true);
  });

  test("of 8 MiB is refused in XML", async () => {
    const answer = await post(`Action=SendMessage&MessageBody=${"x".repeat(8 * 1_048_576)}`);
    expect(answer).toMatchObject(error(tooLarge[0], tooLarge[2]));
    expect(answer.headers.connection).toBe("close");
  });
});

describe("an error", () => {
  test("is XML with code, fault and text, and no header of the JSON protocol", async () => {
    const answer = await serve().query("SendMessage", { QueueUrl: "none", MessageBody: "a" });
    expect(answer.text).toBe(
      '<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">' +
        "<Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>" +
        "<Message>The specified queue does not exist for this wsdl version.</Message><Detail/>" +
        `</Error><RequestId>${answer.xml.requestId}</RequestId></ErrorResponse>`,
    );
    expectQueryError(answer, noQueue);
    expect(answer.headers).not.toHaveProperty("x-amzn-query-error");
  });

  test("says of a missing queue what JSON does not", async () => {
    const answer = await serve().call("SendMessage", { QueueUrl: "none", MessageBody: "a" });
    expect(answer.json.message).toBe("The specified queue does not exist.");
  });

  test("shows a text with the signs of XML unharmed", async () => {
    const { path } = await newQueue("signs");
    const attributes = { Attributes: { "<&>": "1" } };
    const { xml } = await serve().query("SetQueueAttributes", attributes, path);
    expect(xml.message).toContain("<&>");
  });

  test("of an unknown action speaks of Action, not of a header", async () => {
    for (const answer of [await get("/?Action=MakeCoffee"), await post("Action=MakeCoffee")]) {
      expect(answer).toMatchObject(error(400, "InvalidAction"));
      expect(answer.text).toMatch(/"?MakeCoffee.*\bAction\b/);
      expect(answer.text).not.toContain("X-Amz-Target");
    }
    const { json } = await serve().call("MakeCoffee", {});
    expect(json.message).toContain("X-Amz-Target");
  });

  test("is JSON for a client that accepts JSON", async () => {
    const answer = await get("/?Action=GetQueueUrl&QueueName=none", { Accept: "application/json" });
    expect([answer.status, answer.json]).toEqual([
      400,
      {
        Error: {
          Code: "AWS.SimpleQueueService.NonExistentQueue",
          Message: "The specified queue does not exist for this wsdl version.",
          Type: "Sender",
          Detail: null,
        },
        RequestId: answer.headers["x-amzn-requestid"],
      },
    ]);
  });

  test("of a parameter that is not there names it", async () => {
    const { path } = await newQueue("incomplete");
    const answer = await serve().query("DeleteMessage", {}, path);
    expectQueryError(answer, missing);
    expect(answer.xml.message).toContain("ReceiptHandle");
  });
});
