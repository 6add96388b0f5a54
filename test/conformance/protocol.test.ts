/** What clients rely on of both protocols: edge cases 1 to 15 of the contract. */
import { expect, test } from "vitest";
import { formHeaders, formOf, readXml } from "../support/query.ts";
import { contract, noBytes } from "./contract.ts";

const noQueue = "AWS.SimpleQueueService.NonExistentQueue";
const jsonHeaders = (target: string) => ({
  "Content-Type": "application/x-amz-json-1.0",
  "X-Amz-Target": `AmazonSQS.${target}`,
});

contract("SQS", (sqs, protocol) => {
  test("1: an error is named by the code of old clients and by the shape of new ones", async () => {
    const input = { QueueUrl: `${sqs().endpoint.url}/000000000000/no-such-queue` };
    const { status, code, answer } = await sqs().call("PurgeQueue", input);
    expect([status, code]).toEqual([400, noQueue]);
    if (protocol === "query" || answer === undefined) return;
    expect(answer.json.__type).toBe("com.amazonaws.sqs#QueueDoesNotExist");
    expect(answer.headers["x-amzn-query-error"]).toBe(`${noQueue};Sender`);
  });

  test("2: an action without a result answers no bytes, or no element for one", async () => {
    const QueueUrl = await sqs().queue("void");
    const Attributes = { DelaySeconds: "1" };
    const { status, answer } = await sqs().call("SetQueueAttributes", { QueueUrl, Attributes });
    expect(status).toBe(200);
    if (protocol === "json") expect(answer?.text ?? "").toBe("");
    else expect(answer?.text).not.toContain("Result");
  });

  test("3: a receive of nothing has no list", async () => {
    const QueueUrl = await sqs().queue("empty");
    const { result, answer } = await sqs().call("ReceiveMessage", { QueueUrl });
    expect(result).toEqual({});
    if (protocol === "json") expect(answer?.text ?? "{}").toBe("{}");
  });

  test("4: CreateQueue takes its tags by a name in small letters", async () => {
    const QueueName = sqs().name("tags");
    const { QueueUrl } = await sqs().ok("CreateQueue", { QueueName, tags: { a: "b" } });
    expect(await sqs().ok("ListQueueTags", { QueueUrl })).toEqual({ Tags: { a: "b" } });
  });

  test("5 and 6: a request to the queue's own path means that queue", async ({ skip }) => {
    skip(!sqs().hasBytes, noBytes);
    const QueueUrl = await sqs().queue("path");
    const path = new URL(QueueUrl).pathname;
    const { endpoint } = sqs();
    if (protocol === "json") {
      const body = JSON.stringify({ QueueUrl, MessageBody: "json" });
      const answer = await endpoint.send({ path, headers: jsonHeaders("SendMessage"), body });
      expect(answer.status).toBe(200);
      return;
    }
    const body = formOf("SendMessage", { MessageBody: "posted" });
    const posted = await endpoint.send({ path, headers: formHeaders, body });
    const query = formOf("SendMessage", { MessageBody: "got" });
    const got = await endpoint.send({ method: "GET", path: `${path}?${query}` });
    expect([posted.status, got.status]).toEqual([200, 200]);
    const other = await sqs().queue("other");
    const named = formOf("SendMessage", { QueueUrl: other, MessageBody: "named" });
    expect((await endpoint.send({ path, headers: formHeaders, body: named })).status).toBe(200);
    expect(await sqs().attribute(QueueUrl, "ApproximateNumberOfMessages")).toBe("2");
    expect((await sqs().one(other)).Body).toBe("named");
  });

  test("7: a queue's path knows neither CreateQueue nor ListQueues", async ({ skip }) => {
    skip(!sqs().hasBytes, noBytes);
    const path = new URL(await sqs().queue("narrow")).pathname;
    for (const action of ["CreateQueue", "ListQueues"]) {
      const body = formOf(action, { QueueName: "x" });
      const answer = await sqs().endpoint.send({ path, headers: formHeaders, body });
      expect([answer.status, readXml(action, answer.text).code]).toEqual([400, "InvalidAction"]);
    }
  });

  test("8: an unknown action is 400, and a form without any is 404", async ({ skip }) => {
    skip(!sqs().hasBytes, noBytes);
    await sqs().fails("MakeCoffee", {}, 400, "InvalidAction");
    const { endpoint } = sqs();
    const answer = await endpoint.send({ headers: formHeaders, body: "Version=2012-11-05" });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain("UnknownOperationException");
  });

  test.for(["{", "[]", '{"QueueUrl":7}'])("9: %s can't be read: 400", async (body, { skip }) => {
    skip(!sqs().hasBytes, noBytes);
    const answer = await sqs().endpoint.send({ headers: jsonHeaders("PurgeQueue"), body });
    expect([answer.status, answer.headers["x-amzn-query-error"]]).toEqual([
      400,
      "MalformedInput;Sender",
    ]);
  });

  test("10: of a missing queue only the query protocol says 'for this wsdl version'", async () => {
    const input = { QueueName: sqs().name("missing") };
    const text = await sqs().fails("GetQueueUrl", input, 400, noQueue);
    expect(text.includes("for this wsdl version")).toBe(protocol === "query");
  });

  test("11: some errors are 404 and 403 where the documents say 400", async () => {
    const QueueUrl = await sqs().queue("statuses");
    const handle = { QueueUrl, ReceiptHandle: "garbage" };
    await sqs().fails("DeleteMessage", handle, 404, "ReceiptHandleIsInvalid");
    const grant = { QueueUrl, Label: "l", AWSAccountIds: ["111111111111"] };
    const Actions = Array(8).fill("SendMessage");
    await sqs().fails("AddPermission", { ...grant, Actions }, 403, "OverLimit");
  });

  test("12: a batch without successes or failures has no list of them", async () => {
    const QueueUrl = await sqs().queue("lists");
    const good = { Id: "a", MessageBody: "a" };
    const bad = { Id: "b", MessageBody: "\ufffe" };
    const send = (...Entries: object[]) => sqs().ok("SendMessageBatch", { QueueUrl, Entries });
    expect(Object.keys(await send(good))).toEqual(["Successful"]);
    expect(Object.keys(await send(bad))).toEqual(["Failed"]);
  });

  test("13: a queue's URL carries the host that the client used", async ({ skip }) => {
    skip(!sqs().hasBytes, noBytes);
    const QueueName = sqs().name("host");
    await sqs().ok("CreateQueue", { QueueName });
    const { endpoint } = sqs();
    const Host = "queues:8080";
    const isJson = protocol === "json";
    const answer = await endpoint.send({
      headers: { Host, ...(isJson ? jsonHeaders("GetQueueUrl") : formHeaders) },
      body: isJson ? JSON.stringify({ QueueName }) : formOf("GetQueueUrl", { QueueName }),
    });
    const { QueueUrl } = isJson ? answer.json : readXml("GetQueueUrl", answer.text).result;
    expect(QueueUrl).toMatch(/^http:\/\/queues:8080\/\d{12}\//);
  });

  test("14: a bare name is accepted for a URL, and so is another host", async () => {
    const QueueUrl = await sqs().queue("loose");
    const { pathname } = new URL(QueueUrl);
    const name = pathname.split("/").at(-1) ?? "";
    await sqs().send(name, "by name");
    await sqs().send(`https://sqs.us-east-1.amazonaws.com${pathname}`, "by another host");
    expect(await sqs().attribute(QueueUrl, "ApproximateNumberOfMessages")).toBe("2");
  });

  test("15: a send without a QueueUrl misses the queue, not the parameter", async () => {
    await sqs().fails("SendMessage", { MessageBody: "a" }, 400, noQueue);
  });
});
