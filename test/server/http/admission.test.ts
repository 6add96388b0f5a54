/**
 * Who may ask a server without credentials: programs may, by whatever name they call it that is
 * surely its own, and web pages only where they were allowed. Raw requests to a real server.
 */
import dns from "node:dns";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { Server } from "../../../engine/server/http/server.ts";
import { Endpoint, type RawRequest } from "../../support/endpoint.ts";
import { formHeaders, formOf } from "../../support/query.ts";
import { jsonBytes, RawClient } from "../../support/rawClient.ts";
import { Serve, serveOnce } from "../../support/serve.ts";
import type { Answer } from "../../support/wire.ts";

const page = "http://localhost:3000";
const serve = serveOnce(["--allow-origin", page, "--allow-host", "*.example.test"]);
type Headers = Readonly<Record<string, string>>;

/** One action, as each protocol asks for it. */
const protocols: readonly (readonly [string, (action: string, input: object) => RawRequest])[] = [
  [
    "JSON",
    (action, input) => ({
      headers: { "X-Amz-Target": `AmazonSQS.${action}` },
      body: JSON.stringify(input),
    }),
  ],
  ["a form", (action, input) => ({ headers: formHeaders, body: formOf(action, input) })],
  ["a URL", (action, input) => ({ path: `/?${formOf(action, input)}` })],
];

let queues = 0;

/** Asks for a new queue in each way to ask; all answers, and whether any was made. */
async function create(headers: Headers, to: Endpoint = serve()): Promise<[Answer[], boolean]> {
  const answers: Answer[] = [];
  const names: string[] = [];
  for (const [, request] of protocols) {
    queues += 1;
    const QueueName = `asked-${queues}`;
    names.push(QueueName);
    const raw = request("CreateQueue", { QueueName });
    answers.push(await to.send({ ...raw, headers: { ...raw.headers, ...headers } }));
  }
  const { QueueUrls = [] } = await to.ok("ListQueues", { QueueNamePrefix: "asked-" });
  const isMade = names.some((name) => QueueUrls.some((url) => url.endsWith(`/${name}`)));
  return [answers, isMade];
}

async function expectAllowed(headers: Headers, to?: Endpoint): Promise<void> {
  const [answers, isMade] = await create(headers, to);
  expect([answers.map(({ status }) => status), isMade]).toEqual([[200, 200, 200], true]);
}

/** Refused in each protocol's own form, with both options named, and nothing was made. */
async function expectRefused(headers: Headers, word: string): Promise<void> {
  const [answers, isMade] = await create(headers);
  expect(isMade).toBe(false);
  for (const { status, text, headers: got } of answers) {
    expect([status, text]).toEqual([403, expect.stringContaining("AccessDenied")]);
    expect(text).toContain(word);
    expect(text).toContain("--allow-origin");
    expect(text).toContain("--allow-host");
    expect(got).not.toHaveProperty("access-control-allow-origin");
  }
  const [json] = answers;
  expect(json?.headers["x-amzn-query-error"]).toBe("AccessDenied;Sender");
}

describe("a host", () => {
  test.each([
    "localhost",
    "LocalHost:9324",
    "localhost.:9324",
    "app.localhost",
    "127.0.0.1:9324",
    "10.1.2.3",
    "[::1]:9324",
    "[fe80::1%25eth0]:9324",
    "host.docker.internal:9324",
    "sluice:9324",
    "my_sqs",
    "sqs.example.test",
    "a.b.Example.TEST.:80",
  ])("may be %s", async (Host) => {
    await expectAllowed({ Host });
  });

  test.each([
    "evil.test",
    "evil.test:9324",
    "localhost.evil.test",
    "evil-localhost.test",
    "example.test",
    "badexample.test",
    "sqs.example.test.evil.test",
    "127.0.0.1.evil.test",
    "1.2.3",
    "256.1.1.1",
    "[10.1.2.3]",
    "[::1].evil.test",
    "localhost@evil.test",
    "localhost/evil.test",
    "localhost:x",
  ])("may not be %s", async (Host) => {
    await expectRefused({ Host }, Host);
  });

  test("is not asked for by HTTP/1.0", async () => {
    const client = await RawClient.connect(serve().url);
    client.send("GET /?Action=ListQueues HTTP/1.0\r\n\r\n");
    await client.closed;
    expect(client.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("is one: of two neither counts, and the connection closes", async () => {
    for (const hosts of ["evil.test", "localhost"].map(
      (host) => `Host: localhost\r\nhOST: ${host}`,
    )) {
      const client = await RawClient.connect(serve().url);
      client.send(jsonBytes("CreateQueue", { QueueName: "twice" }, `${hosts}\r\n`));
      await client.closed;
      expect(client.text).toMatch(/^HTTP\/1\.1 400 /);
      expect(client.text).toContain("2 headers Host");
    }
    const { QueueUrls } = await serve().ok("ListQueues", { QueueNamePrefix: "twice" });
    expect(QueueUrls ?? []).toEqual([]);
  });
});

describe("a page", () => {
  test.each([
    "https://evil.test",
    "null",
    "http://localhost",
    "http://localhost:3001",
    "https://localhost:3000",
    "http://localhost:3000.evil.test",
    "http://localhost:3000, https://evil.test",
    "file://",
    "chrome-extension://abcdefgh",
  ])("of %s may not ask", async (Origin) => {
    await expectRefused({ Origin, Host: "localhost:9324" }, Origin);
  });

  test("that made its name lead here may not ask, though it calls itself of this origin", async () => {
    await expectRefused({ Origin: "http://evil.test:9324", Host: "evil.test:9324" }, "evil.test");
  });

  test.each([
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { "Sec-Fetch-Site": "cross-site", Origin: "http://localhost:9324" },
    { Referer: "https://evil.test/page?of=it" },
    { Referer: "about:blank" },
    { "Sec-Fetch-Site": "cross-site", Referer: "http://localhost:9324/" },
  ])("that tells of itself by %j may not ask", async (headers) => {
    await expectRefused({ ...headers, Host: "localhost:9324" } as Headers, "page of");
  });

  test("of this server's own origin may POST, and so may an address that was typed", async () => {
    for (const headers of [
      { Origin: "http://localhost:9324", "Sec-Fetch-Site": "same-origin" },
      { Origin: "http://LOCALHOST:9324" },
      { Referer: "http://localhost:9324/?Action=ListQueues" },
      { "Sec-Fetch-Site": "none" },
    ]) {
      const post = { ...headers, Host: "localhost:9324" } as Headers;
      expect((await serve().call("ListQueues", {}, post)).status).toBe(200);
    }
    const standard = { Origin: "https://sluice", Host: "sluice:443" };
    expect((await serve().call("ListQueues", {}, standard)).status).toBe(200);
  });

  test("that was allowed may ask, and read answers, errors and their headers", async () => {
    const headers = { Origin: page, "Sec-Fetch-Site": "cross-site", Host: "localhost:9324" };
    const readable = {
      "access-control-allow-origin": page,
      "access-control-expose-headers": "x-amzn-RequestId, x-amzn-query-error",
      vary: "Origin",
    };
    for (const [action, status] of [
      ["ListQueues", 200],
      ["MakeCoffee", 400],
    ] as const) {
      const answer = await serve().call(action, {}, headers);
      expect([answer.status, answer.headers]).toEqual([status, expect.objectContaining(readable)]);
    }
    const url = { method: "GET", path: "/?Action=ListQueues", headers };
    expect((await serve().send(url)).headers).toMatchObject(readable);
    const plain = await serve().call("ListQueues", {});
    expect(plain.headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("that was allowed is told so before, with the headers that it names; no other is", async () => {
    const preflight = (Origin: string) =>
      serve().send({
        method: "OPTIONS",
        headers: {
          Origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "authorization,x-amz-target",
        },
      });
    const allowed = await preflight(page);
    expect([allowed.status, allowed.text]).toEqual([200, ""]);
    expect(allowed.headers).toMatchObject({
      "access-control-allow-origin": page,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization,x-amz-target",
      vary: "Origin",
    });
    const refused = await preflight("https://evil.test");
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining("--allow-origin"),
    ]);
    for (const name of Object.keys(refused.headers)) expect(name).not.toMatch(/^access-control/);
  });
});

describe("a GET", () => {
  const browsers: readonly Headers[] = [
    { "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate" },
    { "Sec-Fetch-Site": "same-origin" },
    { "Sec-Fetch-Mode": "no-cors" },
    { Origin: page },
    { Referer: "http://localhost:9324/" },
    { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" },
  ];
  const changing = [
    ["AddPermission", { Label: "a", "AWSAccountId.1": "000000000000", "ActionName.1": "*" }],
    ["CreateQueue", { QueueName: "got" }],
    ["DeleteMessage", { ReceiptHandle: "x" }],
    ["DeleteQueue", {}],
    ["PurgeQueue", {}],
    ["ReceiveMessage", {}],
    ["SendMessage", { MessageBody: "got" }],
    ["SetQueueAttributes", { "Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "9" }],
    ["TagQueue", { "Tag.1.Key": "a", "Tag.1.Value": "b" }],
  ] as const;

  test.each(browsers)("of a browser (%j) changes nothing, and may look", async (some) => {
    const headers = { ...some, Host: "localhost:9324" };
    const QueueUrl = await serve().createQueue("looked-at");
    await serve().ok("SendMessage", { QueueUrl, MessageBody: "one" });
    const look = async () => [
      (await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes,
      (await serve().ok("ListQueueTags", { QueueUrl })).Tags,
      (await serve().ok("ListQueues", { QueueNamePrefix: "got" })).QueueUrls,
    ];
    const before = await look();
    for (const [Action, input] of changing) {
      const query = new URLSearchParams({ Action, QueueUrl, ...input });
      const answer = await serve().send({ method: "GET", path: `/?${query}`, headers });
      expect([Action, answer.status, answer.text]).toEqual([
        Action,
        403,
        expect.stringMatching(`AccessDenied.*POST ${Action}`),
      ]);
    }
    const body = JSON.stringify({ QueueUrl });
    const length = { "Content-Length": String(body.length) };
    const target = { ...headers, ...length, "X-Amz-Target": "AmazonSQS.PurgeQueue" };
    expect(
      (await serve().send({ method: "GET", path: "/any", headers: target, body })).status,
    ).toBe(403);
    expect(await look()).toEqual(before);
    for (const query of ["Action=ListQueues", `Action=GetQueueUrl&QueueName=looked-at`]) {
      expect((await serve().send({ method: "GET", path: `/?${query}`, headers })).status).toBe(200);
    }
  });

  test("of any other client changes what it asks for", async () => {
    for (const name of ["curl/8.5.0", "Boto/2.49.0 Python/3.9", "aws-sdk-java/1.12"]) {
      const query = new URLSearchParams({
        Action: "CreateQueue",
        QueueName: `by-${name.slice(0, 4)}`,
      });
      const headers = { "User-Agent": name };
      const answer = await serve().send({ method: "GET", path: `/?${query}`, headers });
      expect(answer.status).toBe(200);
    }
  });

  test("of /health is answered whoever asks, and told to no page", async () => {
    const headers = {
      Host: "evil.test",
      Origin: "https://evil.test",
      "Sec-Fetch-Site": "cross-site",
    };
    for (const method of ["GET", "HEAD"]) {
      const answer = await serve().send({ method, path: "/health", headers });
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    }
  });
});

describe("a server", () => {
  /** Starts one, gives it to the test, and sees that it has ended. */
  async function withServe(options: readonly string[], use: (to: Serve) => Promise<void>) {
    const started = await Serve.start(options);
    try {
      await use(started);
    } finally {
      await started.stop("SIGKILL");
    }
  }

  test("may let any page and any host in; a browser's GET changes nothing all the same", async () => {
    await withServe(["--allow-origin", "*", "--allow-host", "*"], async (to) => {
      const headers = { Host: "any.test", Origin: "null", "Sec-Fetch-Site": "cross-site" };
      const answer = await to.call("ListQueues", {}, headers);
      expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, "null"]);
      const path = "/?Action=CreateQueue&QueueName=got";
      expect((await to.send({ method: "GET", path, headers })).status).toBe(403);
    });
  });

  test("takes both from its file, one or a list, and several from its command line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-admission-"));
    const file = join(folder, "sluice.yaml");
    writeFileSync(
      file,
      "allowHost: a.test\nallowOrigin: [HTTP://One.test:80/, capacitor://localhost]\n",
    );
    try {
      const pages = [
        "--allow-origin",
        "https://two.test",
        "--allow-origin",
        "https://three.test:8",
      ];
      await withServe(["--config", file], async (to) => {
        await expectAllowed({ Host: "A.test:1" }, to);
        for (const Origin of ["http://one.test", "capacitor://localhost"]) {
          expect((await to.call("ListQueues", {}, { Origin })).status).toBe(200);
        }
      });
      await withServe(["--config", file, ...pages], async (to) => {
        const ask = async (Origin: string) => (await to.call("ListQueues", {}, { Origin })).status;
        expect(await ask("https://two.test")).toBe(200);
        expect(await ask("https://three.test:8")).toBe(200);
        expect(await ask("http://one.test")).toBe(403);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("that listens by a name goes by it", async () => {
    type Tell = (error: null, address: string, family: number) => void;
    const answer = (...words: unknown[]) => (words.at(-1) as Tell)(null, "127.0.0.1", 4);
    const lookup = vi.spyOn(dns, "lookup").mockImplementation(answer as never);
    const broker = await Broker.open();
    const onFault = (error: unknown) => {
      throw error;
    };
    const server = await Server.listen({ broker, host: "sqs.test", port: 0, onFault });
    try {
      await expectAllowed({ Host: "sqs.test" }, new Endpoint(server.url));
    } finally {
      lookup.mockRestore();
      await server.close();
      await broker.close();
    }
  });
});
