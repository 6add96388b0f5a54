/** ListQueues: wire form, validation, behaviour. */
import { beforeAll, describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import { expectError, expectQueryError, expectXml, invalidValue } from "../../support/wire.ts";

const serve = serveOnce(["--quotas", "off"]);
const list = (input: object) => serve().ok("ListQueues", input);
const namesOf = (urls: readonly string[] = []) => urls.map((url) => url.split("/").at(-1));

test("no queue makes an empty answer, without an empty list", async () => {
  expect(await list({ QueueNamePrefix: "none" })).toEqual({});
});

describe("with queues b1, a2, a1, A3", () => {
  beforeAll(async () => {
    for (const name of ["b1", "a2", "a1", "A3"]) await serve().createQueue(name);
  });

  test("all are listed by name, as URLs, without a token", async () => {
    const answer = await list({});
    expect(answer.QueueUrls?.[0]).toBe(`${serve().url}/000000000000/A3`);
    expect(namesOf(answer.QueueUrls)).toEqual(["A3", "a1", "a2", "b1"]);
    expect(answer.NextToken).toBeUndefined();
  });

  test("a prefix tells capitals from small letters", async () => {
    expect(namesOf((await list({ QueueNamePrefix: "a" })).QueueUrls)).toEqual(["a1", "a2"]);
  });

  test("pages follow one another, and the last has no token", async () => {
    const first = await list({ MaxResults: 3 });
    expect(namesOf(first.QueueUrls)).toEqual(["A3", "a1", "a2"]);
    const second = await list({ MaxResults: 3, NextToken: first.NextToken });
    expect(second).toEqual({ QueueUrls: [`${serve().url}/000000000000/b1`] });
    expect((await list({ MaxResults: 4 })).NextToken).toBeUndefined();
  });

  test("a page goes on where the last one ended although its last queue is gone", async () => {
    const first = await list({ MaxResults: 2 });
    await serve().call("DeleteQueue", { QueueUrl: first.QueueUrls?.[1] });
    const second = await list({ MaxResults: 9, NextToken: first.NextToken });
    expect(namesOf(second.QueueUrls)).toEqual(["a2", "b1"]);
    await serve().createQueue("a1");
  });

  test.each(["0", "x", "YTE=", "YTEhIQ", ""])("the token %j is not valid", async (NextToken) => {
    expectError(await serve().call("ListQueues", { NextToken, MaxResults: 1 }), invalidValue);
  });

  test.each([0, 1_001, -1])("MaxResults may not be %d", async (MaxResults) => {
    expectError(await serve().call("ListQueues", { MaxResults }), invalidValue);
  });
});

test("without MaxResults the list ends at 1,000 queues and has no token", async () => {
  const names = Array.from({ length: 1_001 }, (_, index) => `many-${index + 1_000}`);
  for (const name of names) await serve().createQueue(name);
  const whole = await list({ QueueNamePrefix: "many-" });
  expect([whole.QueueUrls?.length, whole.NextToken]).toEqual([1_000, undefined]);
  const paged = await list({ QueueNamePrefix: "many-", MaxResults: 1_000 });
  const rest = await list({
    QueueNamePrefix: "many-",
    MaxResults: 1_000,
    NextToken: paged.NextToken,
  });
  expect(namesOf(rest.QueueUrls)).toEqual(["many-2000"]);
});

test("a form takes a prefix and a page's size, and is answered by URLs and a token", async () => {
  for (const name of ["form-1", "form-2"]) await serve().createQueue(name);
  const input = { QueueNamePrefix: "form-", MaxResults: 1 };
  const answer = await serve().query("ListQueues", input);
  const { NextToken } = answer.xml.result;
  expect(answer.text).toContain(
    `<ListQueuesResult><QueueUrl>${serve().url}/000000000000/form-1</QueueUrl>` +
      `<NextToken>${NextToken}</NextToken></ListQueuesResult>`,
  );
  expectXml(answer);
  const { result } = (await serve().query("ListQueues", { ...input, NextToken })).xml;
  expect(result).toEqual({ QueueUrls: [`${serve().url}/000000000000/form-2`] });
  const none = await serve().query("ListQueues", { QueueNamePrefix: "nobody" });
  expect(none.text).toContain("<ListQueuesResult/>");
  expectQueryError(await serve().query("ListQueues", { MaxResults: 0 }), invalidValue);
});
