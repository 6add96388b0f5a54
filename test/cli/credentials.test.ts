/**
 * `sluice credentials new`, and `sluice serve` with credentials and by HTTPS: what they print, what they
 * refuse, and that clients get in with what was made. Needs a build.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { Setting } from "../../engine/broker/described/setting.ts";
import type { SluiceError } from "../../engine/errors.ts";
import type { Credential } from "../../engine/server/auth/credentials.ts";
import { readCredentials } from "../../engine/server/auth/readCredentials.ts";
import { serve } from "../../engine/server/serve.ts";
import { readConfig, readCredentialsFile } from "../../engine/server/settings/file.ts";
import { Serve } from "../support/serve.ts";
import { type Keys, Signing } from "../support/signing.ts";
import { snippetsOf } from "../support/snippets.ts";
import { sluice } from "./sluice.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-credentials-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tls = (name: string) => fileURLToPath(new URL(`tls/${name}.pem`, import.meta.url));

let files = 0;

function fileOf(text: string): string {
  files += 1;
  const file = join(folder, `${files}.yaml`);
  writeFileSync(file, text);
  return file;
}

const list = {
  headers: { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ListQueues" },
  body: "{}",
};

describe("sluice credentials new", () => {
  test("prints a file that a server takes, and the lines for the AWS CLI", async () => {
    const words = ["credentials", "new", "--account", "123456789012", "--user", "alice"];
    const { code, out, said } = await sluice([...words, "--profile", "shop"]);
    expect(code).toBe(0);
    const [id = "", secret = ""] = [
      ...out.matchAll(/^# aws configure set \w+ (\S+) --profile shop$/gm),
    ].map(([, value]) => value);
    expect(id).toMatch(/^SLUICE[A-Z2-7]{14}$/);
    expect(secret).toMatch(/^[a-z2-7]{40}$/);
    expect(said).toMatch(/^The secret is shown once/);
    expect(said).not.toContain(secret);
    const serve = await Serve.start(["--credentials", fileOf(out), "--host", "0.0.0.0"]);
    try {
      const keys = { accessKeyId: id, secretAccessKey: secret };
      const signing = new Signing(serve.url.replace("0.0.0.0", "127.0.0.1"), keys);
      expect((await signing.send(list)).status).toBe(200);
      expect((await signing.createQueue("orders")).endsWith("/123456789012/orders")).toBe(true);
      signing.disconnect();
      expect((await serve.send(list)).status).toBe(403);
      expect(serve.stdout).toContain(`signed with the key ${id}, for the region us-east-1`);
      expect(serve.stdout + serve.stderr).not.toContain(secret);
      expect(serve.stderr).not.toContain("Anybody who reaches");
    } finally {
      await serve.stop("SIGKILL");
    }
  });

  test("prints JSON for programs, and nothing else", async () => {
    const { code, out, said } = await sluice([
      "credentials",
      "new",
      "--json",
      "--role",
      "reader:job-7",
    ]);
    expect([code, said]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({ account: "000000000000", role: "reader:job-7" });
    const [credential] = readCredentials(Setting.of([JSON.parse(out)], "new"), (_, work) => work());
    expect(credential?.caller.arn).toBe("arn:aws:sts::000000000000:assumed-role/reader/job-7");
  });

  test.each([
    [["--user", "a", "--role", "b"], /leave one of the two out/],
    [["--user", "a b"], /1 to 64 letters/],
    [["--account", "12"], /twelve digits/],
  ])("refuses %j", async (words, sentence) => {
    const { code, out, said } = await sluice(["credentials", "new", ...words]);
    expect([code, out]).toEqual([2, ""]);
    expect(said).toMatch(sentence);
  });

  test("begins its help with examples", async () => {
    const { code, out } = await sluice(["credentials", "new", "--help"]);
    expect([code, out.startsWith("Examples:\n  sluice credentials new")]).toEqual([0, true]);
  });
});

test("a server that others reach and that has no credentials warns", async () => {
  const serve = await Serve.start(["--host", "0.0.0.0"]);
  await serve.stop();
  expect(serve.stderr).toMatch(/"level":"warn","message":"Anybody who reaches 0\.0\.0\.0 may/);
});

const right = "accessKeyId: AKID, secretAccessKey: top-secret, account: 123456789012";

/** What is said of a file of credentials, without its name; nothing of it is ever secret. */
function mistakesOf(text: string): string[] {
  const file = fileOf(text);
  const { mistakes } = readCredentialsFile(file);
  const said = mistakes.map(({ message }) => message.replace(file, "FILE"));
  expect(said.join("\n")).not.toMatch(/top.secret/);
  return said;
}

describe("a file of credentials", () => {
  test("is what docs/IDENTITY.md shows, and what its command makes", async () => {
    const page = readFileSync(new URL("../../docs/IDENTITY.md", import.meta.url), "utf8");
    const [commands, entry] = snippetsOf(page);
    const [, words = "", file = ""] =
      /^sluice (credentials new .*) > (\S+)\n/.exec(commands?.text ?? "") ?? [];
    expect(commands?.text).toContain(`sluice serve --credentials ${file}\n`);
    const { out } = await sluice(words.split(" "));
    for (const text of [entry?.text ?? "", out]) {
      const { credentials = [], mistakes } = readCredentialsFile(fileOf(text));
      const said = credentials.map(({ caller }) => [caller.arn, caller.policies.length]);
      expect([mistakes, said]).toEqual([[], [["arn:aws:iam::123456789012:user/alice", 1]]]);
    }
  });

  test.each([
    [`[{ ${right} }]`, "arn:aws:iam::123456789012:root"],
    [`credentials: [{ ${right}, user: team/alice }]`, "arn:aws:iam::123456789012:user/team/alice"],
    [`- { ${right}, role: reader }`, "arn:aws:sts::123456789012:assumed-role/reader/sluice"],
  ])("may say %s", (text, arn) => {
    const { credentials = [], mistakes } = readCredentialsFile(fileOf(text));
    expect([mistakes, credentials.map(({ caller }) => caller.arn)]).toEqual([[], [arn]]);
  });

  test.each([
    ["[]", "FILE:1: It is a list of credentials, one at least; leave it out to let everybody in."],
    ["credentials:\nkeys: 1", "FILE:2: keys: The file has credentials alone."],
    ["- {}", "FILE:1: 0: accessKeyId is missing: 1 to 128 letters, digits, or any of . _ -."],
    [`- { ${right}, rolle: a }`, "FILE:1: 0.rolle: There is no such member; did you mean role?"],
    [`- { ${right}, user: a, role: b }`, /^FILE:1: 0.role: A credential is a user's or a role's/],
    [
      `- { ${right}, user: "a b" }`,
      "FILE:1: 0.user: A user's name is 1 to 64 letters, digits, or any of + = , . @ _ -",
    ],
    [`- { ${right}, policies: [] }`, /^FILE:1: 0.policies: Without a user or a role it is the/],
    [
      `- { ${right.replace("top-secret", "top secret")} }`,
      /^FILE:1: 0.secretAccessKey: It must be 1 to 256/,
    ],
    [
      `- { ${right.replace("123456789012", "12")} }`,
      "FILE:1: 0.account: It must be twelve digits.",
    ],
    [
      `- { ${right} }\n- { ${right} }`,
      "FILE:2: 1.accessKeyId: Entry 0 has this key already; leave one of the two out.",
    ],
    [
      `- ${right.replaceAll(", ", "\n  ")}\n  user: a\n  policies:\n    - Statement:\n        - { Effect: Alow, Action: "*", Resource: "*" }`,
      /^FILE:7: 0\.policies\.0\.Statement\.0\.Effect: The policy is not right: Statement\[0\]\.Effect is/,
    ],
    [
      `- { ${right}, user: a, policies: [{ Statement: [{ Effect: Allow, Principal: "*", Action: "*", Resource: "*" }] }] }`,
      /Statement\[0\] has a Principal/,
    ],
  ])("that says %s is told what would be right", (text, sentence) => {
    const said = mistakesOf(text);
    if (typeof sentence === "string") expect(said).toContain(sentence);
    else expect(said).toEqual(expect.arrayContaining([expect.stringMatching(sentence)]));
  });

  test("shows its secrets to nobody who prints what was read", async () => {
    const { inspect } = await import("node:util");
    const { credentials = [] } = readCredentialsFile(
      fileOf(`[{ ${right}, sessionToken: top-secret }]`),
    );
    const [credential] = credentials as [Credential];
    const shown = [JSON.stringify(credential), inspect(credential, { showHidden: true, depth: 9 })];
    expect(shown.join()).not.toContain("top-secret");
  });

  test("may be part of a configuration file, or named in it", () => {
    const own = readConfig(fileOf(`port: 0\ncredentials: [{ ${right} }]`));
    expect([own.mistakes, own.credentials?.length]).toEqual([[], 1]);
    const named = readConfig(fileOf("credentials: keys.yaml"));
    const name = named.options.get("credentials")?.value;
    expect([named.credentials, name]).toEqual([undefined, "keys.yaml"]);
  });
});

describe("HTTPS", () => {
  const get = (url: string) =>
    new Promise<string>((resolve, reject) => {
      const ca = readFileSync(tls("cert"));
      request(url, { ca }, (response) => {
        response.setEncoding("utf8").once("data", resolve);
      })
        .once("error", reject)
        .end();
    });

  test("is served with a certificate and its key; queue URLs and policies know it", async () => {
    const keys: Keys = { accessKeyId: "AKID", secretAccessKey: "top-secret" };
    const statement = `{ Effect: Allow, Action: "*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": true } } }`;
    const file = fileOf(`- { ${right}, user: alice, policies: [{ Statement: [${statement}] }] }`);
    const options = ["--credentials", file, "--tls-cert", tls("cert"), "--tls-key", tls("key")];
    const serve = await Serve.start(options);
    try {
      expect(serve.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      expect(await get(`${serve.url}/health`)).toBe('{"status":"ok"}');
      const signed = new Signing(serve.url, keys).signed({
        headers: {
          "Content-Type": "application/x-amz-json-1.0",
          "X-Amz-Target": "AmazonSQS.CreateQueue",
        },
        body: '{"QueueName":"orders"}',
      });
      const made = await new Promise<string>((resolve, reject) => {
        const ca = readFileSync(tls("cert"));
        const outgoing = request(serve.url, { ca, method: "POST", headers: { ...signed.headers } });
        outgoing.once("error", reject);
        outgoing.once("response", (response) => response.setEncoding("utf8").once("data", resolve));
        outgoing.end(signed.body);
      });
      expect(made).toBe(`{"QueueUrl":"${serve.url}/123456789012/orders"}`);
      // Somebody who never begins to speak TLS does not keep the server from ending.
      const socket = connect(serve.port, "127.0.0.1").on("error", () => {});
      await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
      expect(await serve.stop()).toBe(0);
      socket.destroy();
    } finally {
      await serve.stop("SIGKILL");
    }
  });

  const shown = (said: string) =>
    said.replaceAll(/\S*\/([a-z]+)\.pem/g, (_, name: string) => name.toUpperCase());

  test.each([
    ["cert", undefined, "tlsCert: It needs tlsKey beside it."],
    [undefined, "key", "tlsKey: It needs tlsCert beside it."],
    ["key", "key", /^tlsCert: It has no certificate; it must be PEM/],
    ["cert", "cert", /^tlsKey: It has no private key; it must be PEM/],
    ["cert", "other", "tlsKey: It is not the key of the certificate in CERT."],
    ["cert", "locked", "tlsKey: The key wants a passphrase; use one without."],
    ["none", "key", /^tlsCert: ENOENT.*NONE/],
  ])("refuses %s with %s", async (cert, key, sentence) => {
    const options = { ...(cert && { tlsCert: tls(cert) }), ...(key && { tlsKey: tls(key) }) };
    const refusal = (error: SluiceError) => shown(error.message);
    const said = await serve(options).then(() => "nothing", refusal);
    if (typeof sentence === "string") expect(said).toBe(sentence);
    else expect(said).toMatch(sentence);
  });

  test("says on the command line which option is wrong there", async () => {
    const { code, out, said } = await sluice(["serve", "--port", "0", "--tls-cert", tls("cert")]);
    const sentence = "sluice: --tls-cert CERT: It needs --tls-key beside it.\n";
    expect([code, out, shown(said)]).toEqual([2, "", sentence]);
  });
});
