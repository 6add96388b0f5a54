/**
 * The package as a stranger gets it: packed, installed into an empty folder, started by its command
 * and imported by its name, on this Node and on a newer one. The dependencies, and the newer Node, come
 * from npm's registry or its cache.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const TIMEOUT_MS = 180_000;
const NEWER_NODE = "node@24";

const PROGRAM = `
import { Broker } from "sluice";
const broker = await Broker.open({ memoryBytes: 64 * 1024 * 1024 });
const queue = await broker.createQueue("orders");
await queue.send("one");
const [message] = await queue.receive({ maxNumberOfMessages: 10 });
await message.delete();
const { visible, inFlight } = queue.counts();
await broker.close();
console.log(JSON.stringify({ node: process.versions.node, body: message.body, visible, inFlight }));
`;

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-pack-"));
const installed = join(folder, "installed");
const newer = join(folder, "newer");

function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
}

function emptyPackage(path: string): string {
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), '{ "private": true }\n');
  return path;
}

/** The environment in which `node` is the one in the folder `bin`, or this one where none is given. */
function environment(bin: string): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
}

/** Starts the installed command on a free port; resolves with its URL once it has printed it. */
async function serve(env: NodeJS.ProcessEnv): Promise<{ server: ChildProcess; url: string }> {
  // A group of its own, so that the end of the test reaches npx's child, too.
  const server = spawn("npx", ["sluice", "serve", "--port", "0"], {
    cwd: installed,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (url !== undefined) resolve({ server, url });
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`sluice serve ended with ${code}: ${output}`)));
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.on("exit", resolve));
  process.kill(-server.pid, "SIGTERM");
  await ended;
}

describe("the packed package", () => {
  let packed: string[] = [];

  beforeAll(() => {
    // The scripts would build again what `npm test` has just built.
    npm(root, "pack", "--ignore-scripts", "--pack-destination", folder);
    const name = readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "no package";
    const tarball = join(folder, name);
    packed = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    npm(emptyPackage(installed), "install", tarball);
    npm(emptyPackage(newer), "install", NEWER_NODE);
    writeFileSync(join(installed, "program.mjs"), PROGRAM);
  }, TIMEOUT_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("holds what it needs and nothing else", () => {
    const files = packed.map((path) => path.replace(/^package\//, ""));
    expect(files).toEqual(
      expect.arrayContaining([
        "package.json",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "dist/engine.wasm",
        "dist/engine/index.js",
        "dist/engine/index.d.ts",
        "dist/engine/cli/main.js",
        "dist/assembly/layout.js",
      ]),
    );
    const allowed =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|docs\/.+|dist\/engine\.wasm|dist\/(assembly|bindings|bench|engine)\/.+\.(js|d\.ts|html|css|svg))$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
  });

  describe.each([
    ["this Node", join(process.execPath, ".."), process.versions.node.split(".")[0]],
    ["a newer Node", join(newer, "node_modules", "node", "bin"), NEWER_NODE.split("@")[1]],
  ])("on %s", (_, bin, major) => {
    const env = environment(bin);

    test(
      "serves by its command and answers /health",
      async () => {
        const { server, url } = await serve(env);
        try {
          const answer = await fetch(`${url}/health`);
          expect(answer.status).toBe(200);
          await answer.arrayBuffer();
        } finally {
          await stop(server);
        }
      },
      TIMEOUT_MS,
    );

    test(
      "is imported by its name, and the program that used it ends",
      () => {
        const output = execFileSync("node", ["program.mjs"], {
          cwd: installed,
          env,
          encoding: "utf8",
          timeout: 30_000,
        });
        const said = JSON.parse(output.trim().split("\n").at(-1) ?? "");
        expect(said).toMatchObject({ body: "one", visible: 0, inFlight: 0 });
        expect(said.node.split(".")[0]).toBe(major);
      },
      TIMEOUT_MS,
    );
  });
});
