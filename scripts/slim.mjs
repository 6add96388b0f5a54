/**
 * Makes what TypeScript has emitted small enough to be installed gladly: code without comments and
 * indentation, in lines of 120 characters, its names as they are; and of the declarations only those that
 * an entry point of the package reaches. The docstrings that editors show stand there and stay.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transform } from "esbuild";
import typescript from "typescript";

const bare = { target: "esnext", legalComments: "none", minifyWhitespace: true, lineLimit: 120 };

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
