/**
 * Terraform's AWS provider against `sluice serve`: a beginner's file, unedited, and one of ours with
 * every attribute. It takes minutes, nearly all of them the provider's own waiting (a queue's
 * attributes must read the same six times, 5 s apart; a deleted queue be gone fifteen times, 3 s
 * apart), so the project `terraform` has it and not `npm test`. Needs a build.
 */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveOnce } from "../support/serve.ts";
import { requireTerraform, Terraform } from "../support/terraform.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const mirror = requireTerraform();
const guide = "../../../shared/guide.md";

/** A plan that finds nothing to do exits with 0, one that finds something with 2. */
const drift = ["plan", "-input=false", "-no-color", "-detailed-exitcode"];
const apply = ["apply", "-input=false", "-no-color", "-auto-approve"];
const destroy = ["destroy", "-input=false", "-no-color", "-auto-approve"];

describe.skipIf(mirror === undefined)("a beginner's file", () => {
  const serve = serveOnce(["--account", "123456789012", "--log-level", "error"]);
  const text = read("guide.tf");
  let terraform: Terraform;
  beforeAll(() => {
    terraform = new Terraform(mirror ?? "", serve().url);
    terraform.write(text);
  });
  afterAll(() => terraform?.remove());

  test.skipIf(!existsSync(new URL(guide, import.meta.url)))("is the guide's, unedited", () => {
    expect(read(guide)).toContain(text);
  });

  test("is applied", async () => {
    await terraform.ok("init", "-input=false", "-no-color");
    expect(await terraform.ok(...apply)).toContain("4 added, 0 changed, 0 destroyed");
    const { QueueUrls = [] } = await serve().ok("ListQueues", {});
    expect(QueueUrls.map((url) => url.split("/").at(-1))).toEqual([
      "my-dlq",
      "my-fifo-queue.fifo",
      "my-main-queue",
      "my-standard-queue",
    ]);
  });

  test("shows no drift in a second plan", async () => {
    const { code, stdout, stderr } = await terraform.run(...drift);
    expect(code, stdout + stderr).toBe(0);
  });

  test("is applied again after a change, in place", async () => {
    const changed = text
      .replace("visibility_timeout_seconds = 30", "visibility_timeout_seconds = 45")
      .replace('Environment = "Production"', 'Stage = "test"')
      .replace("maxReceiveCount = 3", "maxReceiveCount = 5");
    terraform.write(changed);
    expect(await terraform.ok(...apply)).toContain("0 added, 2 changed, 0 destroyed");
    const QueueUrl = "my-standard-queue";
    const names = { QueueUrl, AttributeNames: ["VisibilityTimeout"] };
    const { Attributes } = await serve().ok("GetQueueAttributes", names);
    expect(Attributes).toEqual({ VisibilityTimeout: "45" });
    expect((await serve().ok("ListQueueTags", { QueueUrl })).Tags).toEqual({ Stage: "test" });
  });

  test("is destroyed", async () => {
    expect(await terraform.ok(...destroy)).toContain("4 destroyed");
    expect(await serve().ok("ListQueues", {})).toEqual({});
  });
});

describe.skipIf(mirror === undefined)("a file with every attribute", () => {
  const serve = serveOnce(["--account", "123456789012", "--log-level", "error"]);
  let terraform: Terraform;
  beforeAll(() => {
    terraform = new Terraform(mirror ?? "", serve().url);
    terraform.write(read("attributes.tf"));
  });
  afterAll(() => terraform?.remove());

  test("is applied, and its data sources see what was made", async () => {
    await terraform.ok("init", "-input=false", "-no-color");
    await terraform.ok(...apply);
    const outputs = JSON.parse(await terraform.ok("output", "-json", "-no-color"));
    expect(outputs.account.value).toBe("123456789012");
    expect(outputs.arn.value).toBe("arn:aws:sqs:us-east-1:123456789012:standard");
    expect(outputs.fifo_count.value).toBe(2);
    const names = { QueueUrl: "throughput.fifo", AttributeNames: ["All"] };
    expect((await serve().ok("GetQueueAttributes", names)).Attributes).toMatchObject({
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
      ContentBasedDeduplication: "false",
    });
  });

  test("shows no drift in a second plan", async () => {
    const { code, stdout, stderr } = await terraform.run(...drift);
    expect(code, stdout + stderr).toBe(0);
  });

  test("is read again by an import of what is there", async () => {
    await terraform.ok("state", "rm", "aws_sqs_queue.dead");
    const url = `${serve().url}/123456789012/dead`;
    await terraform.ok("import", "-input=false", "-no-color", "aws_sqs_queue.dead", url);
    const { code, stdout, stderr } = await terraform.run(...drift);
    expect(code, stdout + stderr).toBe(0);
  });

  test("finds what was changed behind its back, and puts it right", async () => {
    const QueueUrl = "standard";
    await serve().ok("SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "1" } });
    expect((await terraform.run(...drift)).code).toBe(2);
    const words = ["-var", "visibility_timeout=43200"];
    expect(await terraform.ok(...apply, ...words)).toContain("0 added, 1 changed, 0 destroyed");
    const names = { QueueUrl, AttributeNames: ["All"] };
    expect((await serve().ok("GetQueueAttributes", names)).Attributes).toMatchObject({
      DelaySeconds: "900",
      VisibilityTimeout: "43200",
    });
  });

  test("is destroyed", async () => {
    await terraform.ok(...destroy);
    expect(await serve().ok("ListQueues", {})).toEqual({});
  });
});
