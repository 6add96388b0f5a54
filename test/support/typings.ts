/**
 * Compiles programs that import the package by its name, as a user's TypeScript does: several compilers,
 * several ways to resolve a name, every library checked. The compilers come with `npm ci`; dist/ is read
 * as it was built.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The compilers by the folder that npm puts them into; oldest first. */
export const COMPILERS = {
  "5.4": "typescript54",
  "5.9": "typescript59",
  "6.0": "typescript",
  "7.0": "typescript7",
} as const;
export type Compiler = keyof typeof COMPILERS;

/** How a name is resolved, by the option that asks for it. */
export const RESOLUTIONS = {
  nodenext: { module: "nodenext" },
  node16: { module: "node16" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
} as const;
export type Resolution = keyof typeof RESOLUTIONS;

function manifest(): { exports: Record<string, unknown> } {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
}

/** What a program can import: "sluice", "sluice/simulator" and so on. */
export function entryPoints(): string[] {
  const paths = Object.keys(manifest().exports).filter((path) => !path.endsWith(".json"));
  return paths.map((path) => path.replace(/^\./, "sluice"));
}

/** A program that names all that every entry point exports. */
export function allEntryPoints(): string {
  const lines = entryPoints().map((name, index) => `import * as entry${index} from "${name}";`);
  const names = entryPoints().map((_, index) => `entry${index}`);
  return `${lines.join("\n")}\nexport { ${names.join(", ")} };\n`;
}

/** A new folder in which the package is installed, as far as a compiler reads it. */
export function folderOfTypes(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-types-"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const installed = join(folder, "node_modules", "sluice");
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, "package.json"), join(installed, "package.json"));
  cpSync(join(root, "dist"), join(installed, "dist"), {
    recursive: true,
    filter: (path) => !/\.(js|mjs|wasm)$/.test(path),
  });
  mkdirSync(join(folder, "node_modules", "@types"));
  for (const name of ["@types/node", "undici-types"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  return folder;
}

/** Compiles programs, by their files' names; what the compiler says, the lines that name a place. */
export function compile(
  folder: string,
  programs: Readonly<Record<string, string>>,
  { compiler, resolution }: { compiler: Compiler; resolution: Resolution },
): string[] {
  const files = Object.keys(programs);
  for (const file of files) writeFileSync(join(folder, file), programs[file] as string);
  const compilerOptions = {
    ...RESOLUTIONS[resolution],
    target: "es2022",
    lib: ["es2022"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, "node_modules", COMPILERS[compiler], "bin", "tsc");
  let said = "";
  try {
    said = execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  } catch (error) {
    said = String((error as { stdout?: unknown }).stdout);
  }
  return said.split("\n").filter((line) => /^\S/.test(line));
}
