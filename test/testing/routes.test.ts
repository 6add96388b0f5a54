/**
 * The kit's paths on a server: that they are not there unless it was told to have them, who may ask, and
 * what is said of requests that can't be.
 */
import { expect, test } from "vitest";
import { Broker, VirtualClock } from "../../engine/index.ts";
import { type Caller, rootOf } from "../../engine/policy/caller.ts";
import { Credential, credentialsOf } from "../../engine/server/auth/credentials.ts";
import { Server } from "../../engine/server/http/server.ts";
import { type TestKit, testing, testingExtension } from "../../engine/testing/index.ts";
import { PREFIX, routes } from "../../engine/testing/routes.ts";
import { Endpoint } from "../support/endpoint.ts";
import { refusalOf, sceneOf } from "./scene.ts";

const json = { "content-type": "application/json" };

test("without the extension every path is 404, by every method, and does nothing", async () => {
  await using broker = await Broker.open({
    ...{ memoryBytes: 64 * 2 ** 20, clock: new VirtualClock() },
  });
  await broker.createQueue("orders");
  const onFault = (error: unknown) => {
    throw error;
  };
  const server = await Server.listen({ broker, host: "127.0.0.1", port: 0, onFault });
  const endpoint = new Endpoint(server.url);
  const before = await testing(broker).now();
  const paths = [
    ...routes.map(({ path }) => PREFIX + path),
    PREFIX,
    PREFIX.slice(0, -1),
    "/_sluice",
  ];
  for (const path of [...paths, `${PREFIX}nonsense`, `${PREFIX}counts?queue=orders`]) {
    for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
      const body = method === "POST" ? '{"ms":1,"queue":"orders"}' : "";
      const answer = await endpoint.send({ method, path, headers: json, body });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
  }
  expect(await broker.listQueues()).toEqual(["orders"]);
  expect(await testing(broker).now()).toBe(before);
  const refusal = await refusalOf(testing(server.url).reset());
  expect(refusal.message).toContain("was it started with --testing?");
  endpoint.disconnect();
  await server.close();
});

test("the paths are listed, each answers its method alone, and a wrong one is told from the right", async () => {
  const { broker, endpoint } = await sceneOf("over HTTP");
  await broker.createQueue("orders");
  const list = await endpoint.send({ method: "GET", path: PREFIX });
  expect(JSON.parse(list.text).routes.map(({ path }: { path: string }) => path)).toEqual(
    routes.map(({ path }) => PREFIX + path),
  );
  for (const { method, path } of routes) {
    const isBoth = routes.filter((route) => route.path === path).length > 1;
    const other = method === "GET" ? "POST" : "GET";
    const body = other === "POST" ? "{}" : "";
    const answer = await endpoint.send({ method: other, path: PREFIX + path, headers: json, body });
    expect([path, answer.status === 405]).toEqual([path, !isBoth]);
  }
  const asked = async (method: string, path: string, body = "") => {
    const { status, text } = await endpoint.send({
      method,
      path: PREFIX + path,
      headers: json,
      body,
    });
    return `${status} ${JSON.parse(text).error.message}`;
  };
  expect(await asked("POST", "advanse", "{}")).toMatch(
    /^404 .*did you mean \/_sluice\/testing\/advance/,
  );
  expect(await asked("POST", "advance", "{")).toMatch(/^400 The body is JSON/);
  expect(await asked("POST", "advance", "[1]")).toMatch(/^400 The body is a JSON object/);
  expect(await asked("POST", "advance")).toMatch(/^400 Say how far, once/);
  expect(await asked("POST", "advance", '{"ms":1,"seconds":1}')).toMatch(/^400 Say how far, once/);
  expect(await asked("POST", "advance", '{"seconds":-1}')).toMatch(
    /^400 seconds is a number from 0/,
  );
  expect(await asked("POST", "advance", '{"second":1}')).toMatch(/^400 .*did you mean seconds/);
  expect(await asked("POST", "reset", '{"keepQueues":1}')).toMatch(
    /^400 keepQueues is true or false/,
  );
  expect(await asked("GET", "counts")).toMatch(/^400 The request must contain queue/);
  expect(await asked("GET", "counts?queue=nowhere")).toMatch(/^400 .*does not exist/);
  expect(await asked("GET", "messages?queue=orders&limit=x")).toMatch(/^400 limit is a number/);
  expect(await asked("GET", "spy/events")).toMatch(/^400 No spy is there/);
  expect(await asked("POST", "dead-letter", '{"queue":"orders","messageId":7}')).toMatch(
    /^400 messageId is/,
  );
  expect(await asked("PUT", "advance", "{}")).toMatch(/^405 /);
});

test("seconds of a request are seconds", async () => {
  const { clock, endpoint } = await sceneOf("over HTTP");
  const before = clock.nowMs();
  const body = '{"seconds":30}';
  const answer = await endpoint.send({ path: `${PREFIX}advance`, headers: json, body });
  expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { nowMs: before + 30_000 }]);
});

test("no page of a browser may ask", async () => {
  const { broker, endpoint } = await sceneOf("over HTTP");
  await broker.createQueue("orders");
  const headers = { ...json, origin: "http://elsewhere.example" };
  const answer = await endpoint.send({ path: `${PREFIX}reset`, headers, body: "{}" });
  expect(answer.status).toBe(403);
  const rebound = { ...json, host: "elsewhere.example" };
  expect(
    (await endpoint.send({ path: `${PREFIX}reset`, headers: rebound, body: "{}" })).status,
  ).toBe(403);
  expect(await broker.listQueues()).toEqual(["orders"]);
});

test("where there are credentials the account's root alone may ask", async () => {
  await using broker = await Broker.open({
    ...{ memoryBytes: 64 * 2 ** 20, clock: new VirtualClock() },
  });
  await broker.createQueue("orders");
  const root = rootOf(broker.account);
  const user: Caller = {
    ...root,
    kind: "user",
    username: "u",
    arn: "arn:aws:iam::000000000000:user/u",
  };
  const callers = { ROOT: root, USER: user, OTHER: rootOf("111122223333") };
  const credentials = credentialsOf(
    Object.entries(callers).map(
      ([id, caller]) => new Credential(id, { secretAccessKey: `${id}-secret` }, caller),
    ),
  );
  const server = await Server.listen({
    ...{ broker, host: "127.0.0.1", port: 0, onFault: () => {}, credentials },
    extension: testingExtension(broker),
  });
  const kitOf = (accessKeyId: string, secretAccessKey = `${accessKeyId}-secret`) =>
    testing(server.url, { credentials: { accessKeyId, secretAccessKey } });
  const refused = async (kit: TestKit) => (await refusalOf(kit.reset())).code;
  expect(await refused(testing(server.url))).toBe("AccessDenied");
  expect(await refused(kitOf("USER"))).toBe("AccessDenied");
  expect(await refused(kitOf("OTHER"))).toBe("AccessDenied");
  expect(await refused(kitOf("ROOT", "wrong"))).toBe("SignatureDoesNotMatch");
  expect(await refused(kitOf("NOBODY"))).toBe("InvalidClientTokenId");
  expect(await broker.listQueues()).toEqual(["orders"]);
  const kit = kitOf("ROOT");
  await kit.expectCounts("000000000000/orders", { visible: 0 });
  await kit.advance({ seconds: 3_600 });
  await kit.reset();
  expect(await broker.listQueues()).toEqual([]);
  await server.close();
});

test("a reset is that of who has the broker", async () => {
  const { broker, kit, server } = await sceneOf("in this process");
  const reset = async () => {
    await broker.reset();
    await broker.createQueue("declared");
  };
  testingExtension(broker, { reset });
  for (const one of [kit, testing(server.url)]) {
    await broker.createQueue("orders");
    await one.reset();
    expect(await broker.listQueues()).toEqual(["declared"]);
  }
});
