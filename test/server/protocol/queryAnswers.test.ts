/** What the query protocol answers: XML, and the JSON of the same form. */
import { describe, expect, test } from "vitest";
import { formHeaders } from "../../support/query.ts";
import { serveOnce } from "../../support/serve.ts";
import { expectXml } from "../../support/wire.ts";

const serve = serveOnce(["--account", "123456789012"]);
const post = (body: string, path = "/", headers = {}) =>
  serve().send({ path, headers: { ...formHeaders, ...headers }, body });
const get = (path: string, headers = {}) => serve().send({ method: "GET", path, headers });

async function newQueue(name: string): Promise<{ url: string; path: string }> {
  const url = await serve().createQueue(name);
  return { url, path: new URL(url).pathname };
}

describe("an answer", () => {
  test("is XML with its action's name, the namespace and the request's id", async () => {
    await newQueue("named");
    const answer = await serve().query("GetQueueUrl", { QueueName: "named" });
    expect(answer.text).toBe(
      '<?xml version="1.0"?><GetQueueUrlResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">' +
        `<GetQueueUrlResult><QueueUrl>${serve().url}/123456789012/named</QueueUrl></GetQueueUrlResult>` +
        `<ResponseMetadata><RequestId>${answer.xml.requestId}</RequestId></ResponseMetadata>` +
        "</GetQueueUrlResponse>",
    );
    expectXml(answer);
  });

  test("without a result has no element for it; without messages, an empty one", async () => {
    const { path } = await newQueue("void");
    const purged = await serve().query("PurgeQueue", {}, path);
    expect(purged.text).toMatch(/^<\?xml[^>]*><PurgeQueueResponse [^>]*><ResponseMetadata>/);
    const received = await serve().query("ReceiveMessage", {}, path);
    expect(received.text).toContain("<ReceiveMessageResult/>");
  });

  test("gives every text back as it was sent", async () => {
    const { path, url } = await newQueue("texts");
    const texts = [
      '<a b="c">&amp;\'</a>]]>',
      ...["\r\n\t \r", " ", "\n", "a\rb", "a\r\nb", "\r"],
      ...["é✓\u{1f600}", "&#13;", "&#xD;", "a+b%20=&"],
    ];
    for (const MessageBody of texts) {
      const sent = await serve().query("SendMessage", { MessageBody }, path);
      expect(sent.status).toBe(200);
      const { xml } = await serve().query("ReceiveMessage", { VisibilityTimeout: 0 }, path);
      expect(xml.result.Messages?.[0]?.Body).toBe(MessageBody);
      expect(xml.result.Messages?.[0]?.MD5OfBody).toBe(sent.xml.result.MD5OfMessageBody);
      const { Messages = [] } = await serve().ok("ReceiveMessage", { QueueUrl: url });
      expect(Messages[0]?.Body).toBe(MessageBody);
      const ReceiptHandle = Messages[0]?.ReceiptHandle;
      await serve().query("DeleteMessage", { ReceiptHandle }, path);
    }
  });

  test.each([
    ["a\rb", "a&#xD;b"],
    ["a\r\nb", "a&#xD;\nb"],
    ["a\nb\n", "a\nb\n"],
    ["\n", "&#10;"],
    [" \r\n", " &#xD;&#10;"],
  ])("writes %j with the two references that old SDKs of JavaScript know", async (body, xml) => {
    const { path } = await newQueue("references");
    await serve().query("PurgeQueue", {}, path);
    await serve().query("SendMessage", { MessageBody: body }, path);
    const { text } = await serve().query("ReceiveMessage", {}, path);
    expect(text).toContain(`<Body>${xml}</Body>`);
  });

  test("of JSON has attributes and tags as lists of their names and values", async () => {
    const { path } = await newQueue("pairs");
    const accept = { Accept: "application/json" };
    const resultOf = async (action: string, fields: string) => {
      const { json } = await get(`${path}?Action=${action}&${fields}`, accept);
      return (json as Record<string, Record<string, unknown>>)[`${action}Response`]?.[
        `${action}Result`
      ];
    };
    expect(await resultOf("GetQueueAttributes", "AttributeName.1=DelaySeconds")).toEqual({
      Attributes: [{ Name: "DelaySeconds", Value: "0" }],
    });
    expect(await resultOf("GetQueueAttributes", "")).toEqual({ Attributes: null });
    await post("Action=TagQueue&Tag.1.Key=team&Tag.1.Value=red", path);
    expect(await resultOf("ListQueueTags", "")).toEqual({ Tags: [{ Key: "team", Value: "red" }] });
    const MessageAttributes = { city: { DataType: "String", StringValue: "Any City" } };
    await serve().query("SendMessage", { MessageBody: "Hello", MessageAttributes }, path);
    const received = await resultOf(
      "ReceiveMessage",
      "AttributeName.1=ApproximateReceiveCount&MessageAttributeName.1=All",
    );
    expect(received).toMatchObject({
      messages: [
        {
          Body: "Hello",
          Attributes: [{ Name: "ApproximateReceiveCount", Value: "1" }],
          MessageAttributes: [
            { Name: "city", Value: { StringValue: "Any City", DataType: "String" } },
          ],
        },
      ],
    });
  });

  test("is JSON of the same form for a client that accepts JSON", async () => {
    const { path, url } = await newQueue("wrapped");
    const accept = { Accept: "application/json" };
    const listed = await get("/?Action=ListQueues&QueueNamePrefix=wrapped", accept);
    expect(listed.headers["content-type"]).toBe("application/json");
    const RequestId = listed.headers["x-amzn-requestid"];
    expect(listed.json).toEqual({
      ListQueuesResponse: {
        ListQueuesResult: { queueUrls: [url], NextToken: null },
        ResponseMetadata: { RequestId },
      },
    });
    await post("Action=SendMessage&MessageBody=Hello", path);
    const received = await get(`${path}?Action=ReceiveMessage`, accept);
    expect(received.json).toMatchObject({
      ReceiveMessageResponse: { ReceiveMessageResult: { messages: [{ Body: "Hello" }] } },
    });
    const empty = await get(`${path}?Action=ReceiveMessage`, accept);
    expect(empty.json).toMatchObject({
      ReceiveMessageResponse: { ReceiveMessageResult: { messages: null } },
    });
    const purged = await post("Action=PurgeQueue", path, accept);
    expect(purged.json).toEqual({
      PurgeQueueResponse: {
        ResponseMetadata: { RequestId: purged.headers["x-amzn-requestid"] },
      },
    });
  });
});
