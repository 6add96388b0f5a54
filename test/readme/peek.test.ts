/**
 * docs/PEEK.md does what it says: its programs are written into a folder in which the built package is
 * installed, are run there, and print what the page shows. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { peekNames } from "../../engine/broker/face/names.ts";
import { peeks } from "../../engine/limits.ts";
import { Server } from "../../engine/server/http/server.ts";
import { snippetsOf } from "../support/snippets.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/PEEK.md"), "utf8");
const PORT = "9324";
const snippets = snippetsOf(page);
const project = mkdtempSync(join(tmpdir(), "sluice-peek-"));
/** What the page's second program looks at. */
let broker: Broker;
let server: Server;

beforeAll(async () => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules", "sluice"));
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576 });
  const onFault = (error: unknown) => {
    throw error;
  };
  server = await Server.listen({ broker, host: "127.0.0.1", port: 0, onFault });
  const queue = await broker.createQueue("orders");
  await queue.send("tea");
  await queue.send("cake", { delaySeconds: 900 });
});

afterAll(async () => {
  await server.close();
  await broker.close();
  rmSync(project, { recursive: true, force: true });
});

test("every program prints what the page shows", async () => {
  expect(snippets.map(({ language }) => language)).toEqual(["js", "js"]);
  const { port } = new URL(server.url);
  for (const [index, { text, prints }] of snippets.entries()) {
    const file = join(project, `${index}.mjs`);
    writeFileSync(file, text.replaceAll(PORT, port));
    const { stdout, stderr } = await run(process.execPath, [file], {
      env: { PATH: process.env.PATH },
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(prints);
  }
});

test("the table has every option, and the numbers are the limits", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
  expect(new Set(rows)).toEqual(peekNames.all);
  const { limit, maxLooked, maxBytes } = peeks;
  const numbers = [limit.max, limit.default, maxLooked].map((number) =>
    number.toLocaleString("en"),
  );
  for (const number of [...numbers, `${maxBytes / 1_048_576} MiB`]) expect(page).toContain(number);
});
