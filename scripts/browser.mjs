/**
 * Makes one script of a page's own code: its entry and all modules that this imports, each once and
 * below those that it needs, without types. Used by build.mjs. A module becomes a function of its own,
 * so that no two share a name by accident; it may import names, and export declarations. What else it
 * says, and a script that does not parse, is refused here.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import typescript from "typescript";

const options = {
  target: typescript.ScriptTarget.ES2022,
  module: typescript.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  removeComments: true,
};

const IMPORT = /^import \{([^}]*)\} from "(\.[^"]+)";\n/gm;
const EXPORT = /^export ((?:async )?function|const|class) (\w+)/gm;

/** The script's text. `entry` is a TypeScript file. */
export async function scriptOf(entry) {
  const numbers = new Map();
  const texts = [];
  const add = async (file) => {
    if (numbers.has(file)) return;
    numbers.set(file, numbers.size);
    const source = await readFile(file, "utf8");
    const { outputText } = typescript.transpileModule(source, { compilerOptions: options });
    for (const [, , target] of outputText.matchAll(IMPORT)) await add(join(dirname(file), target));
    const names = [...outputText.matchAll(EXPORT)].map(([, , name]) => name);
    const text = outputText
      .replace(IMPORT, (_, imported, target) => {
        const number = numbers.get(join(dirname(file), target));
        return `const {${imported.replace(/ as /g, ": ")}} = module${number};\n`;
      })
      .replace(EXPORT, "$1 $2")
      .replace(/^export \{\s*\};\n/gm, "");
    const module = `module${numbers.get(file)}`;
    texts.push(`const ${module} = (() => {\n${text}return { ${names.join(", ")} };\n})();\n`);
  };
  await add(join(entry));
  const script = `(() => {\n"use strict";\n${texts.join("")}})();\n`;
  new Script(script, { filename: entry });
  return script;
}
