/**
 * A server with credentials serves nothing that is not signed: whatever the method, the path, the protocol
 * and the body. test/stress/signatures.test.ts fires more of them.
 */
import { expect, test } from "vitest";
import { chooseSeed } from "../../support/seeded.ts";
import { guardedOnce } from "./guarded.ts";
import { fireUnsigned } from "./unsigned.ts";

const guarded = guardedOnce();

test("of 500 requests that nobody has signed none is served", async () => {
  const statuses = await fireUnsigned(guarded(), 500, chooseSeed("unsigned"));
  // Some 210, by chance: most that can be read at all ask for something.
  expect(statuses.get(403)).toBeGreaterThan(125);
});

test("health answers whoever asks, and a browser is told whether its page may", async () => {
  const { nobody } = guarded();
  for (const method of ["GET", "HEAD"]) {
    for (const path of ["/health", "/health?a"]) {
      expect((await nobody.send({ method, path })).status).toBe(200);
    }
  }
  const headers = { "Access-Control-Request-Headers": "authorization" };
  const { status, headers: answered } = await nobody.send({ method: "OPTIONS", headers });
  expect([status, answered["access-control-allow-headers"]]).toEqual([200, "authorization"]);
});

test("metrics want their token, and where there is none they are closed", async () => {
  const { as, nobody } = guarded();
  for (const endpoint of [nobody, as("root")]) {
    const { status } = await endpoint.send({ method: "GET", path: "/metrics" });
    expect(status).toBe(401);
  }
});
