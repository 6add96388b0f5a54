/** RemovePermission: wire form, validation, behaviour. */
import { beforeEach, describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectVoid,
  expectXml,
  invalidValue,
  missing,
  noQueue,
} from "../../support/wire.ts";

const serve = serveOnce();
let QueueUrl = "";
let made = 0;

beforeEach(async () => {
  made += 1;
  QueueUrl = await serve().createQueue(`permitted-${made}`);
  for (const Label of ["a", "b"]) {
    const grant = { AWSAccountIds: ["111111111111"], Actions: ["*"] };
    await serve().ok("AddPermission", { QueueUrl, Label, ...grant });
  }
});

async function labels(): Promise<string[] | undefined> {
  const input = { QueueUrl, AttributeNames: ["Policy"] };
  const { Attributes } = await serve().ok("GetQueueAttributes", input);
  const Policy = Attributes?.Policy;
  if (Policy === undefined) return undefined;
  return JSON.parse(Policy).Statement.map(({ Sid }: { Sid: string }) => Sid);
}

describe("the wire form", () => {
  test("of JSON is a label, and no answer", async () => {
    expectVoid(await serve().call("RemovePermission", { QueueUrl, Label: "a" }));
    expect(await labels()).toEqual(["b"]);
  });

  test("of a form is a label, and an answer of metadata alone", async () => {
    const answer = await serve().query("RemovePermission", { QueueUrl, Label: "b" });
    expect(answer.text).toMatch(/<RemovePermissionResponse [^>]*><ResponseMetadata>/);
    expectXml(answer);
    expect(await labels()).toEqual(["a"]);
  });
});

test("the validation misses a label, and refuses one that nobody has", async () => {
  expectError(await serve().call("RemovePermission", { QueueUrl }), missing);
  expectQueryError(await serve().query("RemovePermission", { QueueUrl }), missing);
  expectError(await serve().call("RemovePermission", { QueueUrl, Label: "c" }), invalidValue);
  const bare = await serve().createQueue("bare");
  const none = await serve().call("RemovePermission", { QueueUrl: bare, Label: "a" });
  expectError(none, invalidValue);
  const gone = await serve().call("RemovePermission", { QueueUrl: "none", Label: "a" });
  expectError(gone, noQueue);
});

test("with the last permission the policy goes, and can come again", async () => {
  for (const Label of ["a", "b"]) await serve().ok("RemovePermission", { QueueUrl, Label });
  expect(await labels()).toBeUndefined();
  const again = { Label: "a", AWSAccountIds: ["111111111111"], Actions: ["*"] };
  expectVoid(await serve().call("AddPermission", { QueueUrl, ...again }));
  expect(await labels()).toEqual(["a"]);
});
