/**
 * The conformance tests against moto_server: exactly those fail that test/conformance/moto.md lists
 * and explains. A test that fails besides is a difference that nobody looked at; one that passes
 * where the list has it was mended, there or here, and its row is out of date.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pause } from "../conformance/contract.ts";
import { requireTool } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const startMs = 60_000;

/** `A queue (json) > a test`, for each protocol over which the list has the test. */
function listed(): string[] {
  const page = readFileSync(`${root}test/conformance/moto.md`, "utf8");
  const rows = [...page.matchAll(/^\| `([^`]+?) > (.+)` \| (both|json|query) \| .+ \| .+ \|$/gm)];
  return rows.flatMap(([, title, name, over]) =>
    ["json", "query"]
      .filter((protocol) => over === "both" || over === protocol)
      .map((protocol) => `${title} (${protocol}) > ${name}`),
  );
}

/** A port that nobody has at this moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("there is no port");
  return address.port;
}

/** Runs the tests of the folder against `url`: what they passed and failed, by title. */
async function conformance(url: string): Promise<{ passed: string[]; failed: string[] }> {
  const child = spawn(
    "npx",
    ["vitest", "run", "--project", "test", "test/conformance", "--reporter=tap-flat"],
    {
      cwd: root,
      env: { ...process.env, SLUICE_CONFORMANCE_URL: url },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(child, "close");
  const titles = (verdict: string) =>
    [...text.matchAll(/^(ok|not ok) \d+ - \S+ > (.+ \((?:json|query)\) > .+) # time/gm)]
      .filter(([, word]) => word === verdict)
      .map(([, , title = ""]) => title);
  return { passed: titles("ok"), failed: titles("not ok") };
}

describe.skipIf(!requireTool("moto_server"))("moto_server", () => {
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    child = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    const deadlineMs = performance.now() + startMs;
    while (
      !(await fetch(url).then(
        () => true,
        () => false,
      ))
    ) {
      if (performance.now() > deadlineMs) throw new Error("moto_server does not answer");
      await pause(200);
    }
  }, startMs + 5_000);

  afterAll(() => {
    child.kill();
  });

  test("differs from the contract in what the list explains, and in nothing else", async () => {
    const { passed, failed } = await conformance(url);
    expect(passed.length).toBeGreaterThan(50);
    expect(failed.toSorted()).toEqual(listed().toSorted());
  });
});
