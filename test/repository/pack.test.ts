/**
 * The package as a stranger gets it: packed, installed into an empty folder, started by its command
 * and imported by its name, on this Node and on a newer one. The dependencies, and the newer Node, come
 * from npm's registry or its cache.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEWER_MAJOR, newerNode } from "../support/newerNode.ts";
import { patience } from "../support/patience.ts";

const TIMEOUT_MS = patience(600_000);
const PACKED_BYTES_MAX = 770_000;

const PROGRAM = `
import { Broker } from "sluice";
import { simulate } from "sluice/simulator";
const broker = await Broker.open({ memoryBytes: 64 * 1024 * 1024 });
const queue = await broker.createQueue("orders");
await queue.send("one");
const [message] = await queue.receive({ maxNumberOfMessages: 10 });
await message.delete();
const { visible, inFlight } = queue.counts();
await broker.close();
const { queues } = await simulate({
  horizon: { messages: 100 },
  queues: { work: {} },
  producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 1 } } } },
  consumers: { workers: { queue: "work", count: 2, service: { exponential: { meanSeconds: 1 } } } },
});
const simulated = queues.work.sent;
console.log(
  JSON.stringify({
    ...{ node: process.versions.node, body: message.body, visible, inFlight, simulated },
  }),
);
`;

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-pack-"));
const installed = join(folder, "installed");

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

/** What npm warns of when it installs the package. */
function warningsOfInstall(tarball: string): string[] {
  const words = ["install", tarball, "--no-audit", "--no-fund", "--loglevel=warn"];
  const cwd = emptyPackage(installed);
  const { status, stderr } = spawnSync("npm", words, {
    cwd,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  return stderr.split("\n").filter((line) => line !== "");
}

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; hasInstallScript?: boolean }>>;
}

function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), "utf8")) as T;
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
  let packedBytes = 0;
  let warnings: string[] = [];

  beforeAll(() => {
    // The scripts would build again what `npm test` has just built.
    npm(root, "pack", "--ignore-scripts", "--pack-destination", folder);
    const name = readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "no package";
    const tarball = join(folder, name);
    packedBytes = statSync(tarball).size;
    packed = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    warnings = warningsOfInstall(tarball);
    writeFileSync(join(installed, "program.mjs"), PROGRAM);
  }, TIMEOUT_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is installed without a warning and without a script, and complete", () => {
    expect(warnings).toEqual([]);
    const { packages } = readJson<Lock>(installed, "node_modules", ".package-lock.json");
    const scripts = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripts).toEqual([]);
    // Fails where anything is missing, invalid or too much.
    expect(npm(installed, "ls", "--all")).toContain("sluice@");
  });

  test("brings the versions that the lock has", () => {
    const { packages } = readJson<Lock>(root, "package-lock.json");
    const { dependencies } = readJson<{ dependencies: object }>(root, "package.json");
    const names = Object.keys(dependencies).map((name) => [
      name,
      join(installed, "node_modules", name),
    ]);
    const copied = ["msgpackr", "uplot"].map((name) => [
      name,
      join(installed, "node_modules", "sluice", "dist", "node_modules", name),
    ]);
    for (const [name, path] of [...names, ...copied] as [string, string][]) {
      const { version } = readJson<{ version: string }>(path, "package.json");
      expect([name, version]).toEqual([name, packages[`node_modules/${name}`]?.version]);
    }
    for (const [name = ""] of copied) {
      expect(existsSync(join(installed, "node_modules", name))).toBe(false);
    }
  });

  test("holds what it needs and nothing else", () => {
    const files = packed.map((path) => path.replace(/^package\//, ""));
    expect(files).toEqual(
      expect.arrayContaining([
        "package.json",
        "README.md",
        "LICENSE",
        "dist/checksum.wasm",
        "dist/engine.wasm",
        "dist/engine/index.js",
        "dist/engine/index.d.ts",
        "dist/engine/cli/main.js",
        "dist/assembly/layout.js",
        "dist/engine/report/browser.js",
        "dist/engine/report/page.css",
        "dist/engine/simulator/prices.yaml",
        "dist/engine/server/settings/configuration.schema.json",
        "dist/engine/simulator/scenario/scenario.schema.json",
        "dist/node_modules/msgpackr/LICENSE",
        "dist/node_modules/uplot/LICENSE",
        "examples/grafana/sluice.json",
        "examples/patterns/producer-consumer.mjs",
        "examples/scenarios/shop.yaml",
      ]),
    );
    const allowed =
      /^(package\.json|README\.md|LICENSE|examples\/.+\.(mjs|json|yaml|csv|txt|md)|dist\/(engine|checksum)\.wasm|dist\/node_modules\/msgpackr\/(LICENSE|package\.json|[\w-]+\.js)|dist\/node_modules\/uplot\/(LICENSE|package\.json|dist\/uPlot\.(iife\.min\.js|min\.css))|dist\/engine\/(server\/settings\/configuration\.schema\.json|simulator\/(prices\.yaml|scenario\/scenario\.schema\.json))|dist\/(assembly|bindings|bench|engine)\/.+\.(c?js|d\.c?ts|html|css|svg))$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
  });

  test("is small: no comment in its code, no declaration that nobody reaches, no page", () => {
    expect(packedBytes).toBeLessThan(PACKED_BYTES_MAX);
    const dist = join(installed, "node_modules", "sluice", "dist");
    const code = packed.filter((path) => /\/dist\/(engine|bindings|bench)\/.*\.c?js$/.test(path));
    const commented = code.filter((path) => {
      const text = readFileSync(join(installed, path.replace("package", "node_modules/sluice")));
      return /^\s*\/[/*]/m.test(text.toString());
    });
    expect([code.length > 400, commented]).toEqual([true, []]);
    const declared = readFileSync(join(dist, "engine", "broker", "broker.d.ts"), "utf8");
    expect(declared).toContain("/**");
    expect(existsSync(join(dist, "engine", "cli", "main.d.ts"))).toBe(false);
  });

  test("makes a report's page with what it brings", () => {
    const pageFile = join(
      installed,
      "node_modules",
      "sluice",
      "dist",
      "engine",
      "report",
      "page.js",
    );
    const program = `import { page } from ${JSON.stringify(pathToFileURL(pageFile).href)};
      process.stdout.write(page({ title: "a", lead: "b", sections: [], data: null }));`;
    const html = execFileSync("node", ["--input-type=module", "-e", program], { encoding: "utf8" });
    expect(html).toContain("uPlot=function");
    expect(html).toContain("sluiceCharts");
    expect(html).toContain("figcaption");
  });

  describe.each([
    ["this Node", () => join(process.execPath, ".."), process.versions.node.split(".")[0]],
    ["a newer Node", newerNode, NEWER_MAJOR],
  ])("on %s", (_, find, major) => {
    let env: NodeJS.ProcessEnv = {};
    let url = "";
    let server: ChildProcess | undefined;

    beforeAll(async () => {
      env = environment(find());
      ({ server, url } = await serve(env));
    }, TIMEOUT_MS);

    afterAll(async () => {
      if (server !== undefined) await stop(server);
    });

    test(
      "has its benchmark, and what that needs",
      () => {
        const output = execFileSync("npx", ["sluice", "bench", "--help"], {
          cwd: installed,
          env,
          encoding: "utf8",
          timeout: TIMEOUT_MS,
        });
        expect(output).toMatch(/^ +types +Standard, FIFO/m);
      },
      TIMEOUT_MS,
    );

    test(
      "serves by its command and answers /health",
      async () => {
        const answer = await fetch(`${url}/health`);
        expect(answer.status).toBe(200);
        await answer.arrayBuffer();
      },
      TIMEOUT_MS,
    );

    test(
      "has examples that run where they were installed",
      () => {
        const examples = join(installed, "node_modules", "sluice", "examples", "patterns");
        // What the examples that use AWS's SDK ask their reader to install.
        const sdk = join(installed, "node_modules", "@aws-sdk");
        if (!existsSync(sdk)) symlinkSync(join(root, "node_modules", "@aws-sdk"), sdk);
        for (const example of readdirSync(examples)) {
          const file = join(examples, example);
          const [, prints = ""] =
            /\n\/\/ Prints:\n([\s\S]+)$/.exec(readFileSync(file, "utf8")) ?? [];
          const output = execFileSync("node", [file], {
            cwd: installed,
            env: { PATH: env.PATH, AWS_ENDPOINT_URL: url },
            encoding: "utf8",
            timeout: TIMEOUT_MS,
            stdio: ["ignore", "pipe", "ignore"],
          });
          expect([example, output]).toEqual([example, prints.replace(/^\/\/ /gm, "")]);
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
          timeout: TIMEOUT_MS,
        });
        const said = JSON.parse(output.trim().split("\n").at(-1) ?? "");
        expect(said).toMatchObject({ body: "one", visible: 0, inFlight: 0, simulated: 100 });
        expect(said.node.split(".")[0]).toBe(major);
      },
      TIMEOUT_MS,
    );
  });
});
