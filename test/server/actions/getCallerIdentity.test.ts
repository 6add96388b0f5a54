/** GetCallerIdentity, of STS: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { formHeaders, formOf, readXml } from "../../support/query.ts";
import { serveOnce } from "../../support/serve.ts";

const serve = serveOnce(["--account", "123456789012"]);
const ask = (form: string) => serve().send({ headers: formHeaders, body: form });

test("answers the server's account, in the namespace of STS", async () => {
  const answer = await ask(formOf("GetCallerIdentity", {}, "2011-06-15"));
  expect(answer.status).toBe(200);
  const { result, requestId } = readXml("GetCallerIdentity", answer.text);
  expect(answer.text).toBe(
    '<?xml version="1.0"?><GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
      "<GetCallerIdentityResult><UserId>123456789012</UserId><Account>123456789012</Account>" +
      "<Arn>arn:aws:iam::123456789012:root</Arn></GetCallerIdentityResult>" +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>` +
      "</GetCallerIdentityResponse>",
  );
  expect(result.Account).toBe("123456789012");
});

test("is no action of SQS, and SQS has none of STS's", async () => {
  for (const form of [
    formOf("GetCallerIdentity", {}),
    formOf("ListQueues", {}, "2011-06-15"),
    formOf("AssumeRole", {}, "2011-06-15"),
  ]) {
    const answer = await ask(form);
    expect([answer.status, readXml("", answer.text).code]).toEqual([400, "InvalidAction"]);
  }
});

test("asks for no version's worth of credentials: any will do, and none", async () => {
  const headers = { ...formHeaders, Authorization: "AWS4-HMAC-SHA256 Credential=any" };
  const body = formOf("GetCallerIdentity", {}, "2011-06-15");
  expect((await serve().send({ headers, body })).status).toBe(200);
});
