/**
 * Requests that nobody has signed, or that somebody has signed wrongly, against a server with credentials:
 * valid ones and mutated ones, by every method and to every kind of path. None may be served.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { RawRequest } from "../../support/endpoint.ts";
import { Seeded } from "../../support/seeded.ts";
import { encode } from "../fuzz/encode.ts";
import { shots } from "../fuzz/requests.ts";
import type { Guarded } from "./guarded.ts";

const methods = ["POST", "POST", "POST", "GET", "GET", "HEAD", "PUT", "PATCH", "DELETE"];
const paths = [
  ...["/", "//", "/index.html", "/metrics", "/metrics?a=b", "/health/", "/health/x", "//health"],
  ...["/?Action=ListQueues", "/?Action=GetCallerIdentity&Version=2011-06-15", "/_sluice/queues"],
  "/?Action=ListMetrics&Version=2010-08-01",
  "/000000000000/fuzz-a?Action=DeleteQueue&Version=2012-11-05",
  "/service/GraniteServiceVersion20100801/operation/ListMetrics",
];
/** What the server of the test has: credentials that anybody may guess the form of. */
const authorizations = [
  "Bearer a",
  "AWS4-HMAC-SHA256",
  "AWS4-HMAC-SHA256 Credential=KEY-root/20261122/us-east-1/sqs/aws4_request",
  "AWS KEY-root:c2lnbmF0dXJl",
  "Basic S0VZLXJvb3Q6YQ==",
];
const presigned =
  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=KEY-root%2F20261122%2Fus-east-1%2Fsqs%2Faws4_request" +
  "&X-Amz-Date=20261122T060000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00";

/** What a request is made of besides what fast-check has made of it. */
function disguised(raw: RawRequest, random: Seeded): RawRequest {
  const method = random.pick(methods);
  const path = random.chance(0.5) ? random.pick(paths) : (raw.path ?? "/");
  const isPresigned = random.chance(0.1);
  const query = `${path.includes("?") ? "&" : "?"}${presigned}`;
  const headers: Record<string, string> = { ...raw.headers };
  if (random.chance(0.2)) headers.Authorization = random.pick(authorizations);
  if (random.chance(0.1)) headers["smithy-protocol"] = "rpc-v2-cbor";
  if (random.chance(0.1)) headers["X-Amz-Date"] = "20261122T060000Z";
  if (random.chance(0.3)) delete headers["X-Amz-Target"];
  const hasBody = method !== "GET" && method !== "HEAD";
  return {
    method,
    path: isPresigned ? path + query : path,
    headers,
    ...(hasBody && raw.body !== undefined && { body: raw.body }),
  };
}

/** The one page for everybody. */
function isHealth({ method = "POST", path = "/" }: RawRequest): boolean {
  return ["GET", "HEAD"].includes(method) && path.split("?", 1)[0] === "/health";
}

/** Fires so many; how many of each status were answered. The server's queues must be as before. */
export async function fireUnsigned(
  { broker, nobody }: Guarded,
  count: number,
  seed: number,
): Promise<ReadonlyMap<number, number>> {
  const random = new Seeded(seed);
  const queue = await broker.createQueue("fuzz-a");
  await queue.send("one");
  const before = [await broker.listQueues(), queue.counts().visible, queue.details()];
  const statuses = new Map<number, number>();
  for (const shot of fc.sample(shots, { numRuns: count, seed })) {
    const raw = disguised(encode(shot, random.pick(["json", "query"]), ["a"]), random);
    if (isHealth(raw)) continue;
    const { status, text } = await nobody.send(raw);
    expect(status, JSON.stringify([raw, text])).toBeGreaterThanOrEqual(400);
    expect(status, JSON.stringify([raw, text])).toBeLessThan(500);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([await broker.listQueues(), queue.counts().visible, queue.details()]).toEqual(before);
  return statuses;
}
