/**
 * The house rules that no other tool checks, each as a function from a file's path and text to the
 * breaches in it, one sentence a breach. Pure: test/repository/tidy.test.ts reads the files, and shows with a
 * planted breach that each rule can fail.
 */
import { headerOf, importsOf, withoutLiterals } from "./source.ts";

export interface Source {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export type Rule = (source: Source) => string[];

interface Layer {
  readonly name: string;
  readonly files: RegExp;
  /** What it may import, besides files of its own layer. */
  readonly may: readonly string[];
  /** Whether its files may import one another; true where nothing is said. */
  readonly knowsItself?: boolean;
}

/** The table of layers of docs/ARCHITECTURE.md. The first that fits a file is the file's. */
const LAYERS: readonly Layer[] = [
  { name: "layout", files: /^assembly\/layout\.ts$/, may: [] },
  { name: "assembly", files: /^assembly\//, may: ["layout"] },
  { name: "bindings", files: /^bindings\//, may: ["layout"] },
  // The shapes of the API name the class of its errors.
  { name: "leaves", files: /^engine\/types\.ts$/, may: ["leaves"] },
  {
    name: "leaves",
    files: /^engine\/(clock|random|limits|errors|suggestion|metricNames)\.ts$/,
    may: [],
    knowsItself: false,
  },
  { name: "report", files: /^engine\/report\//, may: [] },
  { name: "tracing", files: /^engine\/tracing\//, may: ["leaves"] },
  { name: "journal", files: /^engine\/journal\//, may: ["leaves", "bindings"] },
  { name: "policy", files: /^engine\/policy\//, may: ["leaves"] },
  {
    name: "broker",
    files: /^engine\/broker\//,
    may: ["leaves", "report", "tracing", "bindings", "journal", "policy"],
  },
  { name: "metrics", files: /^engine\/metrics\//, may: ["leaves", "report", "broker"] },
  {
    name: "consumer",
    files: /^engine\/consumer\//,
    may: ["leaves", "report", "tracing", "broker"],
  },
  { name: "simulator", files: /^engine\/simulator\//, may: ["leaves", "report", "broker"] },
  {
    name: "server",
    files: /^engine\/server\//,
    may: ["leaves", "report", "tracing", "policy", "broker", "metrics"],
  },
  {
    name: "awsSdk",
    files: /^engine\/awsSdk\//,
    may: ["leaves", "policy", "broker", "metrics", "server"],
  },
  {
    name: "lambda",
    files: /^engine\/lambda\//,
    may: ["leaves", "broker", "consumer"],
  },
  {
    name: "testing",
    files: /^engine\/testing\//,
    may: ["leaves", "broker", "consumer", "server"],
  },
  { name: "console", files: /^engine\/console\//, may: ["leaves", "server"] },
  {
    name: "top",
    files: /^engine\/(cli\/.*|index\.ts)$/,
    may: [
      "leaves",
      "report",
      "journal",
      "policy",
      "broker",
      "metrics",
      "consumer",
      "simulator",
      "server",
      "testing",
      "console",
    ],
  },
  {
    name: "bench",
    files: /^bench\//,
    may: [
      "report",
      "simulator",
      "metrics",
      "engine/awsSdk/index.ts",
      "engine/broker/durable/face.ts",
      "engine/broker/durable/journalStart.ts",
      "engine/broker/durable/journalMain.ts",
      "engine/journal/fileJournal.ts",
      "engine/journal/nodeDisk.ts",
      "engine/journal/syncThreads.ts",
      "engine/server/prometheus/page.ts",
      "engine/server/prometheus/requests.ts",
      "engine/server/auth/authenticator.ts",
      "engine/server/auth/claim.ts",
      "engine/server/auth/credentials.ts",
      "engine/server/auth/head.ts",
      "engine/server/auth/sigv4.ts",
      "engine/policy/caller.ts",
      "engine/index.ts",
      "bindings/index.ts",
    ],
  },
];

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ files }) => files.test(path));
}

const IN_LAYERS = /^(assembly|bindings|engine|bench)\/.*(?<!\.d)\.ts$/;

/** Every import goes down the table of layers, or stays in its own. */
export const layers: Rule = ({ path, text }) => {
  if (!IN_LAYERS.test(path)) return [];
  const layer = layerOf(path);
  if (layer === undefined) return [`${path} belongs to no layer`];
  return importsOf(path, text).flatMap((target) => {
    const below = layerOf(target);
    const own = below === layer && layer.knowsItself !== false;
    if (own || layer.may.includes(target) || layer.may.includes(below?.name ?? "")) return [];
    return [`${path} (${layer.name}) imports ${target} (${below?.name ?? "no layer"})`];
  });
};

/** The rooms of assembly/, from the ground up; the first is a module of its own. */
const ROOMS = [
  "checksum",
  "ground",
  "arena",
  "indexes",
  "effects",
  "recovery",
  "shard",
  "sections",
  "verify",
  "operations",
  "journal",
  "life",
  "probe",
];

function roomOf(path: string): number {
  return ROOMS.indexOf(/^assembly\/(\w+)\//.exec(path)?.[1] ?? "");
}

/** Files stand in a room, but for those that all rooms share; an import stays in it or goes down. */
export const rooms: Rule = ({ path, text }) => {
  if (!/^assembly\/.*\.ts$/.test(path)) return [];
  const shared = ["layout", "must", "index"].map((name) => `assembly/${name}.ts`);
  if (shared.includes(path)) return [];
  const room = roomOf(path);
  if (room < 0) return [`${path} stands in none of ${ROOMS.join(", ")}`];
  return importsOf(path, text)
    .filter((target) => roomOf(target) > room)
    .map((target) => `${path} imports ${target}, which stands above it`);
};

/** A rule that forbids words of code, comments and texts aside, in some of the files. */
function forbids(pattern: RegExp, isBound: (path: string) => boolean, why: string): Rule {
  return ({ path, text }) => {
    if (!IN_LAYERS.test(path) || !isBound(path)) return [];
    const found = withoutLiterals(text).match(new RegExp(pattern, "g")) ?? [];
    return [...new Set(found)].map((word) => `${path} names ${word}: ${why}`);
  };
}

export const sharedMemory = forbids(
  /\b(WebAssembly|Atomics|SharedArrayBuffer)\b/,
  (path) => !path.startsWith("bindings/"),
  "only bindings/ touches the shared memory",
);

export const time = forbids(
  /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\s*\()|(?<!new )\bDate\(|\bperformance\.(now|timeOrigin)\b|\bhrtime\b/,
  (path) => path !== "engine/clock.ts" && !path.startsWith("bench/"),
  "only engine/clock.ts reads the time",
);

export const entropy = forbids(
  /\bMath\.random\b|\brandom(Bytes|UUID|FillSync|Fill|Int)\b|\bgetRandomValues\b/,
  (path) => path !== "engine/random.ts" && !path.startsWith("bench/"),
  "only engine/random.ts reads entropy",
);

export const gate = forbids(
  /\b(Content\.(free|open)|Slots\.(release|prepare))\b/,
  (path) => path.startsWith("assembly/") && !path.startsWith("assembly/arena/"),
  "outside the arena, Messages takes and frees a slot and its content together",
);

const LINES_MAX = 400;
/** One file by another rule: all numbers of the memory, and nothing else. */
const LONG_FILES = ["assembly/layout.ts"];

export const fileLength: Rule = ({ path, text }) => {
  const lines = text.trimEnd().split("\n").length;
  const bound = path.endsWith(".ts") && !LONG_FILES.includes(path) && lines > LINES_MAX;
  return bound ? [`${path} has ${lines} lines, more than ${LINES_MAX}`] : [];
};

export const header: Rule = ({ path, text }) => {
  if (!/^(assembly|bindings|engine)\/.*\.ts$/.test(path)) return [];
  const sentence = /\w+\s+\w+\s+\w+[^.]*\./.test(headerOf(text));
  return sentence ? [] : [`${path} does not begin with a comment that says what it is`];
};

export const words: Rule = ({ path, text }) => {
  const banned = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X".repeat(3)].join("|")})\\b`, "g");
  return [...new Set(text.match(banned) ?? [])].map((word) => `${path} says ${word}`);
};

/** A committed file names no package registry and no path of the machine it was written on. */
export const places: Rule = ({ path, text }) => {
  const found = [
    ...(text.match(/\bregistry\.[a-z][a-z0-9-]*\.[a-z]+/gi) ?? []),
    ...(text.match(/(?<![\w.~)}\]-])\/(?:work|root|home)\/\w*/g) ?? []),
    ...(text.match(/"resolved":\s*"\w+:\/\/[^"]*/g) ?? []),
  ];
  return [...new Set(found)].map((place) => `${path} names ${place}`);
};

/**
 * Decorators stand before class members, and `@unmanaged` alone on a line before a class; biome can't
 * format a file with any other.
 */
export const decorators: Rule = ({ path, text }) => {
  if (!path.startsWith("assembly/")) return [];
  const found =
    withoutLiterals(text).match(/^(?!@unmanaged\nexport class )(?:export\s+)?@\w+.*$/gm) ?? [];
  return found.map((line) => `${path} has a decorator at the top level: ${line}`);
};

/** The cycles in a graph of imports, each as the path that closes it. */
export function cycles(sources: readonly Source[]): string[] {
  const graph = new Map(sources.map(({ path, text }) => [path, importsOf(path, text)]));
  const finished = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    if (finished.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** The rules by the sentence that a test is named after. */
export const RULES: Readonly<Record<string, Rule>> = {
  "imports go down the table of layers": layers,
  "imports between the rooms of assembly/ go down": rooms,
  "only bindings/ names the shared memory": sharedMemory,
  "only engine/clock.ts reads the time": time,
  "only engine/random.ts reads entropy": entropy,
  "a slot and its content are taken and freed together": gate,
  "a file has at most 400 lines": fileLength,
  "a file begins by saying what it is": header,
  "nothing is left for later": words,
  "no file names a registry or a path of the author's machine": places,
  "assembly/ has no decorator at the top level": decorators,
};
