/**
 * The programs of a page of docs/ in a folder of their own, in which the built package is installed:
 * each code block begins with its file's name, and one with a block of text behind it is a program
 * that prints that. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { snippetsOf } from "./snippets.ts";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Program {
  readonly name: string;
  /** What it is to print. */
  readonly prints: string;
}

export interface PageProject {
  readonly page: string;
  /** The blocks' names; undefined for one that does not begin with its own. */
  readonly names: readonly (string | undefined)[];
  readonly programs: readonly Program[];
  /** Blocks that are neither run nor named by one that is. */
  readonly idle: readonly (string | undefined)[];
  /** What a program of the page prints. */
  run(name: string): Promise<{ stdout: string; stderr: string }>;
}

/**
 * @param page its path from the repository's root.
 * @param packages what the programs import besides, out of this repository's node_modules.
 */
export function pageProject(page: string, packages: readonly string[] = []): PageProject {
  const text = readFileSync(join(root, page), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "sluice-page-"));
  const modules = join(folder, "node_modules");
  const snippets = snippetsOf(text).map((snippet) => {
    const [, name] = /^\/\/ ([\w-]+\.(?:mjs|mts))\n/.exec(snippet.text) ?? [];
    return { ...snippet, name };
  });
  beforeAll(() => {
    mkdirSync(modules);
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    symlinkSync(root, join(modules, "sluice"));
    for (const name of packages) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
    for (const { name, text: source } of snippets) {
      if (name !== undefined) writeFileSync(join(folder, name), source);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    page: text,
    names: snippets.map(({ name }) => name),
    programs: snippets.flatMap(({ name, prints }) =>
      name === undefined || prints === undefined ? [] : [{ name, prints }],
    ),
    idle: snippets
      .filter(({ name = "", prints }) => {
        const isNamed = snippets.some((by) => by.prints !== undefined && by.text.includes(name));
        return prints === undefined && !isNamed;
      })
      .map(({ name }) => name),
    run(name) {
      const env = { PATH: process.env.PATH };
      return execute(process.execPath, [join(folder, name)], { env });
    },
  };
}

/** The rows of the table below a heading of a page, by what stands in their first column. */
export function tableOf(page: string, heading: string): Map<string, string> {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const rows = (section.split("\n## ")[0] ?? "").matchAll(/^\| `(\w+)` \|(.*)\|$/gm);
  return new Map([...rows].map(([, name = "", rest = ""]) => [name, rest]));
}

/** The members of an exported interface of a file's text, in their order. */
export function membersOf(types: string, name: string): string[] {
  const [, body = ""] =
    new RegExp(`^export interface ${name} (?:extends \\w+ )?\\{\n([\\s\\S]*?)^\\}`, "m").exec(
      types,
    ) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member = ""]) => member);
}
