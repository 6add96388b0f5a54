/**
 * The README does what it says. Each of its code blocks is a file of this folder, byte for byte, and
 * is run as a user would: in a folder of its own in which the built package is installed (links in
 * node_modules, so that "sluice" and `npx sluice` mean dist/). A block of text right behind a code
 * block is what that prints. Ports aside: 9324 is replaced by a free one.
 * The other documents are held to the files and tests that they name.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { snippetsOf } from "../support/snippets.ts";
import { requireTool } from "../support/tools.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const PORT = "9324";
const LINES_MAX = 150;
const START_MS = patience(180_000);
/** A file and the title of a test in it, as the documents cite them. */
const TITLE = /`(test\/[\w./]+)`:\s+"([^"]+)"/g;

/** The page's code blocks that are no file of this folder, and the files that it does not show. */
function strays(page: string, files: ReadonlyMap<string, string>): string[] {
  const shown = snippetsOf(page).map(({ text }) => text);
  return [
    ...shown.filter((text) => ![...files.values()].includes(text)),
    ...[...files].filter(([, text]) => !shown.includes(text)).map(([name]) => name),
  ];
}

const page = readFileSync(join(root, "README.md"), "utf8");
const files = new Map(
  readdirSync(here)
    .filter((name) => !name.endsWith(".test.ts"))
    .map((name) => [name, readFileSync(join(here, name), "utf8")]),
);

function printsOf(name: string): string {
  const snippet = snippetsOf(page).find(({ text }) => text === files.get(name));
  return snippet?.prints ?? "";
}

/** The folder of a user who has installed the package. */
const project = mkdtempSync(join(tmpdir(), "sluice-readme-"));
const environment: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: project,
  npm_config_cache: process.env.npm_config_cache ?? join(process.env.HOME ?? project, ".npm"),
  npm_config_offline: "true",
  npm_config_loglevel: "error",
  // No region and no credentials: the snippets say which to set.
  AWS_EC2_METADATA_DISABLED: "true",
  // The SDK warns of Node 20 on standard error.
  NODE_NO_WARNINGS: "1",
};

beforeAll(() => {
  mkdirSync(join(project, "node_modules", ".bin"), { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  symlinkSync(root, join(project, "node_modules", "sluice"));
  symlinkSync(join(root, "node_modules", "@aws-sdk"), join(project, "node_modules", "@aws-sdk"));
  // What npm makes of package.json's "bin" where links can't be had.
  const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const command = join(project, "node_modules", ".bin", "sluice");
  writeFileSync(command, `#!/bin/sh\nexec node "${join(root, bin.sluice)}" "$@"\n`);
  chmodSync(command, 0o755);
  for (const name of files.keys()) cpSync(join(here, name), join(project, name));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A server that a command line started, and all that it printed until it was up. */
interface Started {
  readonly url: string;
  readonly output: string;
  stop(): Promise<void>;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  // A group of its own, so that npm's and the shell's children end too.
  process.kill(-child.pid, "SIGTERM");
  await ended;
}

/** Runs a command line until it has printed so many lines of the server's greeting. */
function start(command: string, cwd: string, lines: number): Promise<Started> {
  const child = spawn("sh", ["-c", `${command} 2>&1`], { cwd, env: environment, detached: true });
  let output = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => void stop(child).then(() => fail("is not up")), START_MS);
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${command}: ${why}\n${output}`));
    };
    child.once("exit", (code) => fail(`ended with ${code}`));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const url = /^sluice is listening on (\S+)$/m.exec(output)?.[1];
      const greeting = output.slice(output.search(/^sluice is/m));
      if (url === undefined || greeting.split("\n").length <= lines) return;
      clearTimeout(timer);
      resolve({ url, output, stop: () => stop(child) });
    });
  });
}

/** What a snippet prints, with the port of the server that is up. */
async function outputOf(name: string, url = ""): Promise<string> {
  const file = join(project, name);
  const { port } = url === "" ? { port: PORT } : new URL(url);
  writeFileSync(file, (files.get(name) ?? "").replaceAll(PORT, port));
  const command = name.endsWith(".sh") ? "sh" : process.execPath;
  const { stdout, stderr } = await run(command, [file], { cwd: project, env: environment });
  expect(stderr).toBe("");
  return stdout.replaceAll(port, PORT);
}

describe("the README", () => {
  test("is short, and shows the files of this folder and no other code", () => {
    expect(page.trimEnd().split("\n").length).toBeLessThanOrEqual(LINES_MAX);
    expect(files.size).toBeGreaterThan(3);
    expect(strays(page, files)).toEqual([]);
  });

  test("with a changed snippet would be found out", () => {
    expect(strays(page.replace("Broker.open()", "Broker.open( )"), files)).toHaveLength(2);
    expect(strays(`${page}\n\`\`\`js\nf();\n\`\`\`\n`, files)).toEqual(["f();\n"]);
    expect(snippetsOf("```js\nf();\n```\n\n```text\n1\n```\n")[0]?.prints).toBe("1\n");
    expect(snippetsOf("```js\nf();\n```\n\n## A\n\n```text\n1\n```\n")[0]?.prints).toBeUndefined();
  });

  test.each(["embedded.mjs", "pool.mjs"])("%s prints what the page shows", async (name) => {
    const prints = printsOf(name);
    expect(prints).not.toBe("");
    expect(await outputOf(name)).toBe(prints);
  });
});

describe("a server started by the README's commands", () => {
  const commands = (files.get("start.sh") ?? "").split("\n").map((line) => line.split(" #")[0]);
  const prints = printsOf("start.sh");
  const count = prints.trimEnd().split("\n").length;
  let served: Started | undefined;

  beforeAll(async () => {
    const command = commands.find((line) => line?.startsWith("npx"))?.trim();
    // A pipe gets JSON; the page shows what a terminal does.
    served = await start(`${command} --port 0 --log-format text`, project, count);
  }, START_MS * 2);

  afterAll(() => served?.stop());

  function url(): string {
    if (served === undefined) throw new Error("the server has not started");
    return served.url;
  }

  test("is greeted as the page shows", () => {
    expect(served?.output.replaceAll(new URL(url()).port, PORT)).toBe(prints);
  });

  test("takes the program of an SDK", async () => {
    expect(await outputOf("sdk.mjs", url())).toBe(printsOf("sdk.mjs"));
    const response = await fetch(url(), {
      method: "POST",
      headers: { "X-Amz-Target": "AmazonSQS.ReceiveMessage" },
      body: JSON.stringify({ QueueUrl: "orders" }),
    });
    expect(await response.json()).toMatchObject({ Messages: [{ Body: "order 17" }] });
  });

  test.skipIf(!requireTool("aws"))("takes the AWS command line", async () => {
    expect(await outputOf("aws.sh", url())).toBe(printsOf("aws.sh"));
  });

  test("starts in a checkout, too", async () => {
    // `npm ci` and the build are what this test stands on; neither may run beside it.
    const [first, second] = commands.map((line) => line?.trim());
    const words = "--port 0 --log-format text";
    expect([first, second]).toEqual(["npm ci && npm start", "npm ci && npm test"]);
    const again = await start(`npm start --ignore-scripts -- ${words}`, root, count);
    await again.stop();
    const greeting = again.output.slice(again.output.search(/^sluice is/m));
    expect(greeting.replaceAll(new URL(again.url).port, PORT)).toBe(prints);
  });
});

describe("what a document names is there", () => {
  const names = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
  const documents = names.filter((name) => name.endsWith(".md"));

  test.each(documents)("%s", (document) => {
    const text = readFileSync(join(root, document), "utf8");
    const linked = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = ""]) =>
      fileURLToPath(new URL(target, `file://${join(root, document)}`)),
    );
    const quoted = [
      ...text.matchAll(/`((?:assembly|bindings|engine|bench|test|docs)\/[\w./-]*)`/g),
    ];
    const paths = [...linked, ...quoted.map(([, path = ""]) => join(root, path))];
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    for (const [, file = "", title = ""] of text.matchAll(TITLE)) {
      expect(readFileSync(join(root, file), "utf8")).toContain(title.replace(/\s+/g, " "));
    }
  });
});
