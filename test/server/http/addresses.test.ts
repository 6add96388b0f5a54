/**
 * By which address clients call a server that stands behind a proxy: the external URL, what a trusted proxy
 * says, and which host a signature is for. Raw requests to real servers, in both protocols.
 */
import { describe, expect, test } from "vitest";
import { type ServeOptions, serve } from "../../../engine/server/index.ts";
import { Endpoint } from "../../support/endpoint.ts";
import { type Keys, Signing } from "../../support/signing.ts";

type Headers = Readonly<Record<string, string>>;

const memory = "64MiB";
const queues = { orders: {} };

async function withServer(
  options: ServeOptions,
  use: (endpoint: Endpoint, url: string) => Promise<void>,
): Promise<void> {
  await using server = await serve({ memory, queues, ...options });
  const endpoint = new Endpoint(server.url);
  await use(endpoint, server.url);
  endpoint.disconnect();
}

/** What queues' URLs begin with, in every answer that has one, in both protocols; all the same. */
async function originsOf(endpoint: Endpoint, headers: Headers): Promise<string[]> {
  const asked = [
    ["CreateQueue", { QueueName: "orders" }],
    ["GetQueueUrl", { QueueName: "orders" }],
    ["ListQueues", {}],
  ] as const;
  const urls: (string | undefined)[] = [];
  for (const [action, input] of asked) {
    const { json } = await endpoint.call(action, input, headers);
    urls.push(json.QueueUrl ?? json.QueueUrls?.[0]);
    const form = new URLSearchParams({ Action: action, Version: "2012-11-05", ...input });
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await endpoint.send({ headers: { ...type, ...headers }, body: String(form) });
    urls.push(/<QueueUrl>(.*)<\/QueueUrl>/.exec(answer.text)?.[1]);
  }
  expect(urls.map((url) => url?.replace(/^.*(?=\/000000000000\/orders$)/, ""))).toEqual(
    urls.map(() => "/000000000000/orders"),
  );
  return [...new Set(urls.map((url) => url?.replace("/000000000000/orders", "") ?? ""))];
}

describe("the URLs of queues", () => {
  test("begin with the external URL, whatever a request calls the server by", async () => {
    for (const [externalUrl, origin] of [
      ["https://sqs.example.com", "https://sqs.example.com"],
      ["HTTP://SQS.example.com:80/", "http://sqs.example.com"],
      ["http://10.0.0.1:8080/emulated/sqs/", "http://10.0.0.1:8080/emulated/sqs"],
    ] as const) {
      await withServer({ externalUrl }, async (endpoint) => {
        for (const headers of [{}, { Host: "sluice:9324" }, { "X-Forwarded-Host": "evil.test" }]) {
          expect(await originsOf(endpoint, headers)).toEqual([origin]);
        }
        const QueueUrl = `${origin}/000000000000/orders`;
        await endpoint.ok("SendMessage", { QueueUrl, MessageBody: "a" });
        const path = new URL(QueueUrl).pathname;
        const { xml } = await endpoint.query("ReceiveMessage", {}, path);
        expect(JSON.stringify(xml)).toContain('"a"');
        const { text } = await endpoint.send({ method: "GET" });
        expect(text).toContain(`--endpoint-url ${origin} `);
      });
    }
  });

  const said: readonly (readonly [string, Headers, string])[] = [
    [
      "X-Forwarded-*",
      { "X-Forwarded-Host": "sqs.test", "X-Forwarded-Proto": "https" },
      "https://sqs.test",
    ],
    ["the host alone", { "X-Forwarded-Host": "sqs.test:8443" }, "http://sqs.test:8443"],
    ["the scheme alone", { Host: "sqs.test", "X-Forwarded-Proto": "HTTPS" }, "https://sqs.test"],
    [
      "several proxies",
      { "X-Forwarded-Host": " sqs.test , inner.test", "X-Forwarded-Proto": "https,http" },
      "https://sqs.test",
    ],
    ["Forwarded", { Forwarded: "for=10.1.2.3;host=sqs.test;proto=https" }, "https://sqs.test"],
    [
      "Forwarded with quotes, capitals and a second element",
      {
        Forwarded: 'For="[2001:db8::1]:4711" ; HOST="sqs.test:8443";Proto=HTTPS, host=inner.test',
      },
      "https://sqs.test:8443",
    ],
    [
      "Forwarded and, where that says nothing, the others",
      { Forwarded: "for=10.1.2.3;proto=https", "X-Forwarded-Host": "sqs.test" },
      "https://sqs.test",
    ],
    [
      "a Forwarded that is none, and the others",
      { Forwarded: "sqs.test", "X-Forwarded-Host": "sqs.test", "X-Forwarded-Proto": "ftp" },
      "http://sqs.test",
    ],
  ];

  test.each(said)("follow a proxy that is trusted: %s", async (_, headers, origin) => {
    await withServer({ trustProxy: true, allowHost: "sqs.test" }, async (endpoint) => {
      expect(await originsOf(endpoint, headers)).toEqual([origin]);
    });
  });

  test("follow no proxy that is not trusted", async () => {
    await withServer({ allowHost: "sqs.test" }, async (endpoint, url) => {
      for (const [, headers] of said) {
        const { Host } = headers;
        const own = Host === undefined ? url : `http://${Host}`;
        expect(await originsOf(endpoint, headers)).toEqual([own]);
      }
    });
  });
});

describe("who may ask through a proxy", () => {
  test("calls the server by one of its names: Host and what the proxy says, both", async () => {
    const options = { trustProxy: true, externalUrl: "https://sqs.example.com:8443" };
    await withServer(options, async (endpoint) => {
      const status = async (headers: Headers) => {
        const answer = await endpoint.call("ListQueues", {}, headers);
        return answer.status;
      };
      expect(await status({ Host: "sqs.example.com:8443" })).toBe(200);
      expect(await status({ "X-Forwarded-Host": "SQS.example.com" })).toBe(200);
      expect(await status({ "X-Forwarded-Host": "evil.test" })).toBe(403);
      expect(await status({ Forwarded: "host=evil.test" })).toBe(403);
      // A page that has made its own name lead here may set any header but Host.
      expect(await status({ Host: "evil.test", "X-Forwarded-Host": "localhost" })).toBe(403);
      const page = { "Sec-Fetch-Site": "same-origin" };
      expect(await status({ ...page, Origin: "https://sqs.example.com:8443" })).toBe(200);
      expect(await status({ ...page, Origin: "https://evil.test" })).toBe(403);
    });
  });
});

describe("a signature through a proxy", () => {
  const keys: Keys = { accessKeyId: "AKID", secretAccessKey: "top-secret" };
  const credentials = [{ ...keys, account: "000000000000" }];
  const client = new Signing("https://sqs.example.com", keys);

  /** Signed by a client for the external host, and handed on with these headers over its own. */
  async function handedOn(endpoint: Endpoint, headers: Headers, from = client): Promise<number> {
    const own = { "X-Amz-Target": "AmazonSQS.ListQueues" };
    const signed = from.signed({ headers: own, body: "{}" });
    const sent = { ...signed.headers, ...headers };
    return (await endpoint.send({ headers: sent, body: "{}" })).status;
  }

  test("is for the host that the client called, whether the proxy keeps Host or sets its own", async () => {
    const kept = {};
    const set = { Host: "sluice:9324" };
    const told = { ...set, "X-Forwarded-Host": "sqs.example.com" };
    for (const [options, right] of [
      [{ allowHost: "sqs.example.com" }, [200, 403, 403]],
      [{ externalUrl: "https://sqs.example.com" }, [200, 200, 200]],
      [{ trustProxy: true, allowHost: "sqs.example.com" }, [200, 403, 200]],
    ] as const) {
      await withServer({ credentials, ...options }, async (endpoint, url) => {
        const answers: number[] = [];
        for (const headers of [kept, set, told]) answers.push(await handedOn(endpoint, headers));
        expect([options, answers]).toEqual([options, right]);
        // Who comes without the proxy signs for where he goes to; other hosts are nobody's.
        expect(await handedOn(endpoint, {}, new Signing(url, keys))).toBe(200);
        const other = new Signing("https://other.test", keys);
        expect(await handedOn(endpoint, told, other)).toBe(403);
        const wrong = new Signing("https://sqs.example.com", { ...keys, secretAccessKey: "x" });
        expect(await handedOn(endpoint, told, wrong)).toBe(403);
      });
    }
  });

  test("is by TLS for policies where a trusted proxy says so", async () => {
    const statement = {
      ...{ Effect: "Allow", Action: "*", Resource: "*" },
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    };
    const user = { ...credentials[0], user: "alice", policies: [{ Statement: [statement] }] };
    const options = { credentials: [user], externalUrl: "https://sqs.example.com" };
    for (const trustProxy of [true, false]) {
      await withServer({ ...options, trustProxy } as ServeOptions, async (endpoint) => {
        const by = (proto: string) => handedOn(endpoint, { "X-Forwarded-Proto": proto });
        expect([await by("https"), await by("http")]).toEqual([trustProxy ? 200 : 403, 403]);
      });
    }
  });
});
