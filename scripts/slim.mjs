/**
 * Makes what TypeScript has emitted small enough to be installed gladly, and quick to start: code without
 * comments and indentation, in lines of 1,000 characters, its names as they are; of the declarations only those that
 * an entry point of the package reaches, and of the layout's numbers only those that they name. The docstrings
 * that editors show stay; those of inner parts, which no program imports, don't, nor do files' headers. A
 * thread that a start waits for gets all that it loads in one file, and a module that it waits for what that loads of a folder.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, transform } from "esbuild";
import typescript from "typescript";

const bare = {
  target: "esnext",
  legalComments: "none",
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 1000,
};

/** CommonJS has a file's path where modules have its URL. */
const whole = {
  ...bare,
  ...{ bundle: true, platform: "node", format: "cjs" },
  banner: { js: 'const here=require("node:url").pathToFileURL(__filename).href;' },
  define: { "import.meta.url": "here" },
};

/** Declarations that are reached only because something public names their types. */
const INNER =
  /^dist\/(assembly|bindings|engine\/broker\/(durable|kept|described|catalogue|threads\/(?!trap)|waiting\/(?!abort)))/;
/** A file's header: what follows is no declaration of its own, or one that has a docstring. */
const FILE_HEADER = /^\/\*\*[\s\S]*?\*\/\n(?=import|export \*|export \{|export type \{|\n|\/\*\*)/;
const LAYOUT = "dist/assembly/layout.d.ts";

/** The declarations of a package's `exports`, as its package.json names them. */
export function declaredTypes({ exports = {} }) {
  return Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [join(types)]));
}

/** All declarations that these reach, themselves included. */
export async function reachedTypes(entries) {
  const reached = new Set();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const { importedFiles } = typescript.preProcessFile(await readFile(file, "utf8"));
    for (const { fileName } of importedFiles) {
      if (!fileName.startsWith(".")) continue;
      open.push(join(dirname(file), fileName.replace(/\.ts$/, ".d.ts")));
    }
  }
  return reached;
}

/** Writes these files of JavaScript anew, without what only readers need. */
export async function strip(files) {
  for (const file of files) {
    const { code } = await transform(await readFile(file, "utf8"), bare);
    await writeFile(file, code);
  }
}

/**
 * Puts what each of these files loads into one beside it, FILE.cjs, and gives the names of those. To load seventy
 * modules takes a thread several times as long as one file, and CommonJS begins before a module does.
 */
export async function bundle(files) {
  const made = files.map((file) => file.replace(/\.js$/, ".cjs"));
  for (const [index, file] of files.entries()) {
    await build({ ...whole, entryPoints: [file], outfile: made[index] });
  }
  return made;
}

/** Has a thread's one file, FILE.cjs, run with V8's code cache of it (cached.cjs); gives the names of what it needs. */
export async function cache(file) {
  const base = file.replace(/\.cjs$/, "");
  const [code, cached] = [`${base}.bundle.cjs`, `${base}.cache`];
  await writeFile(code, await readFile(file));
  const script = (name) => fileURLToPath(new URL(name, import.meta.url));
  await promisify(execFile)(process.execPath, [script("codeCache.cjs"), code, cached]);
  const starter = await transform(await readFile(script("cached.cjs"), "utf8"), bare);
  await writeFile(file, starter.code);
  return [code, cached];
}

/**
 * Puts into a module of its own what it loads of a folder, again and again; what lies elsewhere is loaded already, and
 * must not be there twice. Modules are loaded level by level, each looked for and compiled alone.
 */
export async function gather(file, folder) {
  const isWithin = (path) => path.startsWith(resolve(folder) + sep);
  const elsewhere = {
    name: "elsewhere",
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const found = resolve(resolveDir, path);
        if (kind === "entry-point" || isWithin(found)) return undefined;
        const from = relative(dirname(file), found).split(sep).join("/");
        return { path: from.startsWith(".") ? from : `./${from}`, external: true };
      });
    },
  };
  await build({
    ...bare,
    ...{ bundle: true, platform: "node", format: "esm", plugins: [elsewhere] },
    ...{ entryPoints: [file], outfile: file, allowOverwrite: true },
  });
}

/** Writes declarations anew: without headers, inner ones without any comment, the layout's without what none of them names. */
export async function stripTypes(files) {
  const printer = typescript.createPrinter({ removeComments: true });
  const texts = new Map();
  for (const file of files) {
    const text = await readFile(file, "utf8");
    const source = typescript.createSourceFile(file, text, typescript.ScriptTarget.Latest);
    texts.set(file, INNER.test(file) ? printer.printFile(source) : text.replace(FILE_HEADER, ""));
  }
  const others = [...texts].filter(([file]) => file !== LAYOUT).map(([, text]) => text);
  const named = new Set(others.join("\n").match(/\b[A-Z][A-Z0-9_]+\b/g));
  const layout = texts.get(LAYOUT) ?? "";
  const kept = layout.split("\n").filter((line) => {
    const name = /^export declare const (\w+)/.exec(line)?.[1];
    return name === undefined || named.has(name);
  });
  texts.set(LAYOUT, kept.join("\n"));
  for (const [file, text] of texts) await writeFile(file, text);
}

/** Writes these files of JSON anew, in one line. */
export async function stripJson(files) {
  for (const file of files) {
    await writeFile(file, `${JSON.stringify(JSON.parse(await readFile(file, "utf8")))}\n`);
  }
}
