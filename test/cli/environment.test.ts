/**
 * `sluice serve` and the variables of its environment: each option by its name, before the file and behind
 * the command line, and what is told of a wrong or mistyped one. Needs a build.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readEnvironment, variableOf } from "../../engine/cli/serve/environment.ts";
import { flagOf } from "../../engine/cli/serve/options.ts";
import { optionNames, optionOf } from "../../engine/server/settings/options.ts";
import { main } from "../support/configFile.ts";
import { Endpoint } from "../support/endpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-environment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nobody = () => false;

/** What the variables come to. */
function valuesIn(variables: Readonly<Record<string, string>>): Record<string, unknown> {
  const { given, mistakes } = readEnvironment(variables, nobody);
  expect(mistakes).toEqual([]);
  return Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
}

describe("a variable of the environment", () => {
  test("is there for every option, and read as the command line reads it", () => {
    const texts: Readonly<Record<string, readonly [string, unknown]>> = {
      SLUICE_PORT: ["0", 0],
      SLUICE_HOST: ["localhost", "localhost"],
      SLUICE_MEMORY: ["64MiB", 2 ** 26],
      SLUICE_METRICS_MEMORY: ["1MiB", 2 ** 20],
      SLUICE_METRICS_TOKEN: ["a-long-token", "a-long-token"],
      SLUICE_DATA: ["./queues", "./queues"],
      SLUICE_DURABILITY: ["relaxed", "relaxed"],
      SLUICE_THREADS: ["1", 1],
      SLUICE_QUOTAS: ["aws", "aws"],
      SLUICE_ACCOUNT: ["000000000042", "000000000042"],
      SLUICE_REGION: ["eu-north-1", "eu-north-1"],
      SLUICE_ALLOW_ORIGIN: ["http://a.test, null", ["http://a.test", "null"]],
      SLUICE_ALLOW_HOST: ["a.test,*.b.test", ["a.test", "*.b.test"]],
      SLUICE_CREDENTIALS: ["keys.yaml", "keys.yaml"],
      SLUICE_EXTERNAL_URL: ["https://sqs.test/", "https://sqs.test"],
      SLUICE_TRUST_PROXY: ["True", true],
      SLUICE_TLS_CERT: ["cert.pem", "cert.pem"],
      SLUICE_TLS_KEY: ["key.pem", "key.pem"],
      SLUICE_LOG_LEVEL: ["debug", "debug"],
      SLUICE_LOG_FORMAT: ["json", "json"],
    };
    for (const name of optionNames) {
      const variable = variableOf(name);
      const [text, value] = texts[variable] ?? expect.fail(`${variable} is not tried here`);
      expect(valuesIn({ [variable]: text })).toEqual({ [name]: value });
      expect(valuesIn({ [variable]: "" })).toEqual({});
    }
    expect(readEnvironment({ SLUICE_CONFIG: "sluice.yaml" }, nobody).config).toBe("sluice.yaml");
  });

  test("is not read where the command line has the option, nor where it is Kubernetes's", () => {
    const wrong = { SLUICE_PORT: "x" };
    expect(readEnvironment(wrong, (name) => name === "port").mistakes).toEqual([]);
    expect(valuesIn({ SLUICE_PORT: "tcp://10.0.0.1:9324" })).toEqual({});
  });

  test.each([
    ["SLUICE_PORT", "x", "SLUICE_PORT=x: A port is a whole number from 0 to 65535."],
    ["SLUICE_TRUST_PROXY", "yes", "SLUICE_TRUST_PROXY=yes: It is true or false."],
    ["SLUICE_ALLOW_HOST", "a.test,b c", /^SLUICE_ALLOW_HOST=a\.test,b c: It is a name/],
    ["SLUICE_DURABILITY", "never", "SLUICE_DURABILITY=never: Allowed choices are always, relaxed."],
    // A secret is not shown.
    ["SLUICE_METRICS_TOKEN", "short", /^SLUICE_METRICS_TOKEN: A token is/],
  ])("%s=%s is told with its name", (variable, text, sentence) => {
    const { mistakes } = readEnvironment({ [variable]: text }, nobody);
    expect(mistakes.map(({ message }) => message)).toEqual([
      typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
    ]);
  });

  test("that looks mistyped is warned of, and no other", () => {
    const variables = ["SLUICE_PROT", "SLUICE_LOGLEVEL", "SLUICE_CONFIG_FILE"].concat(
      ["SLUICE_SEED", "SLUICE_REQUIRE", "SLUICE_ENGINE", "SLUICE_SLOWNESS", "SLUICE_TIMED"],
      ["SLUICE_SERVICE_HOST", "SLUICE_SERVICE_PORT", "SLUICE_SERVICE_PORT_HTTP"],
      ["SLUICE_PORT_9324_TCP", "SLUICE_PORT_9324_TCP_PORT", "SLUICE_COLOUR", "PORT"],
    );
    const { warnings } = readEnvironment(
      Object.fromEntries(variables.map((name) => [name, "x"])),
      nobody,
    );
    expect(warnings).toEqual([
      "SLUICE_PROT means nothing; did you mean SLUICE_PORT?",
      "SLUICE_LOGLEVEL means nothing; did you mean SLUICE_LOG_LEVEL?",
      "SLUICE_CONFIG_FILE means nothing; did you mean SLUICE_CONFIG?",
    ]);
  });
});

/** The command with these variables, until it has said where it listens or has ended. */
function start(variables: Readonly<Record<string, string>>, words: readonly string[] = []) {
  const env = { PATH: process.env.PATH, ...variables };
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const child = spawn(process.execPath, [main, "serve", ...words], { env, stdio: [...stdio] });
  const said = { out: "", err: "" };
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const listening = new Promise<string | undefined>((resolve) => {
    void ended.then(() => resolve(undefined));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said.out += text;
      const url = /^sluice is listening on (\S+)$/m.exec(said.out)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  return { child, said, ended, listening };
}

describe("the command", () => {
  test("goes by its options, then the environment, then the file", async () => {
    const file = join(folder, "sluice.yaml");
    const account = "000000000003";
    writeFileSync(file, `port: 1\naccount: ${account}\nregion: of-the-file\nqueues: { orders: }\n`);
    const { child, said, ended, listening } = start(
      {
        ...{ SLUICE_PORT: "0", SLUICE_REGION: "of-the-environment", SLUICE_HOST: "there is none" },
        ...{ SLUICE_CONFIG: file, SLUICE_MEMORY: "64MiB", SLUICE_PROT: "1" },
        SLUICE_EXTERNAL_URL: "http://sqs.test",
      },
      ["--host", "127.0.0.1"],
    );
    const url = await listening;
    try {
      const endpoint = new Endpoint(url ?? expect.fail(said.err));
      const { QueueUrl } = await endpoint.ok("GetQueueUrl", { QueueName: "orders" });
      expect(QueueUrl).toBe(`http://sqs.test/${account}/orders`);
      const asked = { QueueUrl, AttributeNames: ["QueueArn"] };
      const { Attributes } = await endpoint.ok("GetQueueAttributes", asked);
      expect(Attributes?.QueueArn).toBe(`arn:aws:sqs:of-the-environment:${account}:orders`);
      endpoint.disconnect();
      await expect.poll(() => said.out).toContain("--endpoint-url http://sqs.test ");
      expect(said.err).toContain("SLUICE_PROT means nothing; did you mean SLUICE_PORT?");
    } finally {
      child.kill("SIGTERM");
    }
    expect(await ended).toBe(0);
  });

  test("tells wrong variables with all other mistakes, and ends with 2", async () => {
    const { said, ended } = start({ SLUICE_PORT: "x", SLUICE_TLS_CERT: "cert.pem" });
    expect(await ended).toBe(2);
    expect([said.out, said.err.trimEnd().split("\n")]).toEqual([
      "",
      [
        "sluice: SLUICE_PORT=x: A port is a whole number from 0 to 65535.",
        "sluice: SLUICE_TLS_CERT=cert.pem: It needs --tls-key beside it.",
      ],
    ]);
  });
});

describe("docs/CONFIGURATION.md", () => {
  test("has the options as the table has them: flag, variable, file and default", () => {
    const page = readFileSync(new URL("../../docs/CONFIGURATION.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `(--[a-z-]+)` \| `(\w+)` \| `(\w+)` \| (.*?) \|/gm)];
    const shown = rows.map(([, flag, variable, name, value]) => [flag, variable, name, value]);
    expect(shown).toEqual(
      optionNames.map((name) => {
        const { default: value, shown: words } = optionOf(name);
        const said = words ?? (value === undefined ? "" : String(value));
        return [flagOf(name), variableOf(name), name, said];
      }),
    );
  });
});
