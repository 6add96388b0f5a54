/**
 * Builds what is named: `engine` (asc, for release, with the journal's check), `probe` and `debug` (asc, with exports for tests,
 * the one optimised and the other not) and `typescript` (tsc). Run by npm's scripts, from the folder
 * whose package it builds.
 *
 * The engine takes longest, so it has a processor to itself and the others take turns beside it. A
 * step is left out only where its stamp proves that what it reads and what it wrote are, byte for
 * byte, what they were after it ran. Lines for people go to standard error: standard output belongs
 * to what is started next.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

/** asc finds the transforms that asconfig.json names only from an absolute folder. */
const ascFile = "node_modules/assemblyscript/bin/asc.js";
const asc = ["--enable-source-maps", ascFile, "--baseDir", process.cwd()];
const tsc = ["node_modules/typescript/bin/tsc"];
/** Each compiler's version, as its package says it, and this file. */
const versions = (...names) => names.map((name) => `node_modules/${name}/package.json`);
const ascTools = [...versions("assemblyscript", "binaryen"), process.argv[1]];
/** What npm installed: TypeScript reads the types of every package. And what works on what it emits. */
const tscTools = [
  ...["node_modules/.package-lock.json", process.argv[1]],
  ...["browser.mjs", "cached.cjs", "codeCache.cjs", "slim.mjs"].map((name) => `scripts/${name}`),
];
const stamps = "build/stamps";
/** What is built, and where it ships. */
const modules = [
  { file: "build/engine.release.wasm", shipped: "dist/engine.wasm" },
  { file: "build/checksum.wasm", shipped: "dist/checksum.wasm" },
];
const shippedFiles = modules.map(({ shipped }) => shipped);

/**
 * What goes into dist/, where Node looks first, instead of being a dependency. What the engine loads of
 * msgpackr: not its first entry, which looks for msgpackr-extract and loads streams, at a fifth of a
 * thread's start; as a dependency it would bring msgpackr-extract, whose install script npm warns of and
 * which is not needed. And what a report's page carries of uPlot, which is a tenth of it.
 */
const bundled = [
  ["LICENSE", "package.json"]
    .concat(["index.js", "iterators.js", "pack.js", "unpack.js"])
    .map((name) => `node_modules/msgpackr/${name}`),
  ["LICENSE", "package.json", "dist/uPlot.iife.min.js", "dist/uPlot.min.css"].map(
    (name) => `node_modules/uplot/${name}`,
  ),
].flat();

/** A report's page: what it looks like, and its own code. */
const pageStyle = "engine/report/page.css";
const pageCode = "engine/report/browser/main.ts";
const pageScript = "dist/engine/report/browser.js";

/** Threads that a broker with a directory waits for when it starts. */
const threads = ["broker/durable/journalThread.js", "journal/syncThread.js"].map(
  (name) => `dist/engine/${name}`,
);

/** The one of them that is long, and runs most of its code once. */
const cachedThread = "dist/engine/broker/durable/journalThread.cjs";

/** What the opener of a broker with a long journal waits for, and where most of what it loads lies. */
const reader = {
  file: "dist/engine/broker/durable/readAheadHost.js",
  folder: "dist/engine/journal",
};

/** What is read at run time and is no TypeScript. */
const data = [
  "engine/server/settings/configuration.schema.json",
  "engine/simulator/prices.yaml",
  "engine/simulator/scenario/scenario.schema.json",
];

const steps = {
  engine: {
    title: "engine, release",
    lane: 0,
    reads: ["assembly", "asconfig.json", ...ascTools],
    writes: modules.flatMap(({ file, shipped }) => [file, shipped]),
    async run() {
      process.stderr.write(await run([...asc, "assembly/index.ts", "--target", "release"]));
      process.stderr.write(
        await run([...asc, "assembly/checksum/index.ts", "--target", "checksum"]),
      );
      await mkdir("dist", { recursive: true });
      for (const { file, shipped } of modules) await copyFile(file, shipped);
    },
  },
  probe: {
    title: "engine, probe",
    lane: 1,
    reads: ["assembly", "asconfig.json", ...ascTools],
    writes: ["build/engine.probe.wasm"],
    async run() {
      process.stderr.write(await run([...asc, "assembly/probe/index.ts", "--target", "probe"]));
    },
  },
  debug: {
    title: "engine, debug",
    lane: 1,
    reads: ["assembly", "asconfig.json", ...ascTools],
    writes: ["build/engine.debug.wasm", "build/engine.debug.wasm.map"],
    async run() {
      process.stderr.write(await run([...asc, "assembly/probe/index.ts", "--target", "debug"]));
    },
  },
  typescript: {
    title: "TypeScript",
    lane: 1,
    reads: [
      ...["assembly/layout.ts", "bench", "bindings", "engine", "test"],
      ...["package.json", "tsconfig.json", "tsconfig.build.json", ...bundled, ...tscTools],
    ],
    writes: ["dist"],
    async run() {
      // They load TypeScript, which takes a second, and mostly there is nothing to do.
      const { scriptOf } = await import("./browser.mjs");
      const slim = await import("./slim.mjs");
      const { bundle, cache, declaredTypes, gather, reachedTypes, strip, stripJson, stripTypes } =
        slim;
      const output = await run([...tsc, "-p", "tsconfig.build.json", "--listEmittedFiles"]);
      const emitted = output.split("\n").map((line) => line.replace(/^TSFILE: /, "").trim());
      const copies = [...bundled, pageStyle, ...data].map((file) => [file, join("dist", file)]);
      for (const [file, copy] of copies) {
        await mkdir(dirname(copy), { recursive: true });
        await copyFile(file, copy);
      }
      await writeFile(pageScript, await scriptOf(pageCode));
      const scripts = emitted
        .filter((file) => /\.c?js$/.test(file))
        .map((file) => relative(".", file).split(sep).join("/"));
      const waited = scripts.filter((file) => threads.includes(file));
      const code = scripts.filter((file) => !threads.includes(file));
      const library = copies.map(([, copy]) => copy).filter((file) => /msgpackr.*\.js$/.test(file));
      await strip([...code, ...library, pageScript]);
      code.push(...(await bundle(waited)));
      if (code.includes(cachedThread)) code.push(...(await cache(cachedThread)));
      if (code.includes(reader.file)) await gather(reader.file, reader.folder);
      const types = await reachedTypes(declaredTypes(JSON.parse(await readFile("package.json"))));
      await stripTypes(types);
      await stripJson(
        data.filter((file) => file.endsWith(".json")).map((file) => join("dist", file)),
      );
      const made = [...copies.map(([, copy]) => copy), pageScript, ...shippedFiles];
      const kept = new Set([...code, ...types, ...made].map((file) => resolve(file)));
      // A source that is gone leaves its output behind, which would be packed.
      for (const file of await filesOf("dist")) if (!kept.has(resolve(file))) await rm(file);
    },
  },
};

/** Runs a tool to its end and gives what it printed; throws with that where it fails. */
function run(words) {
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      if (code === 0) done(output);
      else fail(new Error(output));
    });
  });
}

/** A file, or all the files below a folder, in order; none where there is nothing. */
async function filesOf(path) {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => join(entry.parentPath, entry.name)).sort();
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

/** The digest of all that a step reads and has written, names and bytes; none where any is missing. */
async function digestOf({ reads, writes }) {
  const hash = createHash("sha256");
  for (const path of [...reads, ...writes]) {
    const files = await filesOf(path);
    if (files.length === 0) return undefined;
    for (const file of files) {
      // The engine's step writes into the folder of the other one.
      if (path === "dist" && shippedFiles.includes(file)) continue;
      const bytes = await readFile(file);
      hash.update(`${relative(".", file).split(sep).join("/")} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest("hex");
}

/** Whether the stamp is there and is the step's digest. */
async function isUpToDate(step, stamp) {
  const [written] = await filesOf(stamp);
  return written !== undefined && (await readFile(written, "utf8")) === (await digestOf(step));
}

function say(line) {
  process.stderr.write(`build: ${line}\n`);
}

function stampOf({ title }) {
  return join(stamps, `${title.replace(/\W+/g, "-")}.sha256`);
}

async function build(step) {
  const { title } = step;
  const stamp = stampOf(step);
  if (await isUpToDate(step, stamp)) {
    say(`${title}: is up to date`);
    return;
  }
  say(`${title}: begins`);
  const startMs = performance.now();
  await rm(stamp, { force: true });
  try {
    await step.run();
  } catch (error) {
    process.stderr.write(error.message);
    say(`${title}: failed`);
    process.exitCode = 1;
    return;
  }
  await mkdir(stamps, { recursive: true });
  await writeFile(stamp, (await digestOf(step)) ?? "");
  say(`${title}: done in ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
}

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(steps, name));
if (named.length === 0 || unknown.length > 0) {
  say(`name ${Object.keys(steps).join(", ")}${unknown.length > 0 ? `, not ${unknown}` : ""}`);
  process.exit(2);
}
await Promise.all(
  [0, 1].map(async (lane) => {
    for (const name of Object.keys(steps).toReversed()) {
      const step = steps[name];
      if (step.lane === lane && named.includes(name)) await build(step);
    }
  }),
);
// TypeScript alone is quick, and wrong beside an engine that has another layout.
const { engine } = steps;
if (!named.includes("engine") && !(await isUpToDate(engine, stampOf(engine)))) {
  say(`${engine.title}: is not what assembly/ says; npm run build makes it`);
}
