/** Ids of requests, which the server counts up instead of drawing each. */
import { expect, test, vi } from "vitest";
import { requestUuid } from "../../engine/random.ts";
import { uuidPattern } from "../support/wire.ts";

test("200,000 ids are UUIDs of version 4, all different", () => {
  const ids = new Set(Array.from({ length: 200_000 }, requestUuid));
  expect(ids.size).toBe(200_000);
  for (const id of [...ids].slice(0, 1_000)) {
    expect(id).toMatch(uuidPattern);
    expect(id).toMatch(/^.{14}4.{4}[89ab]/);
  }
});

test("another server's ids have another beginning", async () => {
  vi.resetModules();
  const other = await import("../../engine/random.ts");
  expect(other.requestUuid).not.toBe(requestUuid);
  expect(other.requestUuid().slice(0, 28)).not.toBe(requestUuid().slice(0, 28));
});
