/**
 * What somebody reads who opens the server's address without an SQS client, and what a health check
 * reads. Needs a build.
 */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";

const serve = serveOnce();
const browser = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

describe("GET /", () => {
  test.each([{}, { Accept: "*/*" }])(
    "with %j says what this is and how to use it",
    async (headers) => {
      const { status, headers: answered, text } = await serve().send({ method: "GET", headers });
      expect([status, answered["content-type"]]).toEqual([200, "text/plain; charset=utf-8"]);
      expect(text).toMatch(/^This is Sluice, .*Amazon SQS/);
      expect(text).toContain(`aws --endpoint-url ${serve().url} --region `);
      expect(text).not.toContain("<");
    },
  );

  test("is a page for a browser", async () => {
    const { status, headers, text } = await serve().send({ method: "GET", headers: browser });
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(text).toMatch(/^<!doctype html>[\s\S]*<title>Sluice<\/title>[\s\S]*<\/html>\n$/);
    expect(text).toContain(`aws --endpoint-url ${serve().url} --region `);
  });

  test("tells nothing of the broker, nor of the request", async () => {
    const before = await serve().send({ method: "GET", headers: browser });
    await serve().createQueue("secret");
    const headers = { ...browser, Host: "localhost:1", "User-Agent": "<b>" };
    const after = await serve().send({ method: "GET", headers });
    expect(after.text).toBe(before.text);
  });

  test("by HEAD has the same headers and no body", async () => {
    const { headers: whole } = await serve().send({ method: "GET" });
    const { status, headers, text } = await serve().send({ method: "HEAD" });
    expect([status, text]).toEqual([200, ""]);
    for (const name of ["content-type", "content-length"]) expect(headers[name]).toBe(whole[name]);
  });

  test("of an action is that action, and of any other path or query an error", async () => {
    const list = await serve().send({
      method: "GET",
      path: "/?Action=ListQueues",
      headers: browser,
    });
    expect([list.status, list.text]).toEqual([200, expect.stringContaining("ListQueuesResult")]);
    for (const path of ["/?Version=2012-11-05", "/index.html"]) {
      const { status, text } = await serve().send({ method: "GET", path, headers: browser });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toContain("<title>");
    }
  });
});

describe("/health", () => {
  test.each(["GET", "HEAD"])("by %s is JSON", async (method) => {
    const { status, headers, text } = await serve().send({ method, path: "/health" });
    expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
    expect(text).toBe(method === "GET" ? '{"status":"ok"}' : "");
  });
});
