/**
 * A file of settings as a tree that knows where each of its values stands: YAML, or JSON, which is
 * YAML; or an object that a program made, whose values have a path and no line. Read once, before a
 * server or a simulation starts; loaded only where there is one of these, since the parser takes a sixth
 * of the command's start.
 *
 * A value is text, as it is written: `account: 000000000000` is twelve digits and no number. Who
 * reads options and attributes reads them from text in any case; `scalar` is what YAML makes of it.
 *
 * An alias (`*name`) is the node that it names, and a merge key (`<<`) brings what its maps have where the
 * map itself, or an earlier one of them, says nothing; a mistake has the line of the anchor then.
 */
import { readFileSync } from "node:fs";
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
} from "yaml";
import { isMergeKey, wrongReferences } from "./aliases.ts";
import { SettingError } from "./settingError.ts";

/** What a file holds, or what makes it no YAML. */
export type Reading =
  | { readonly root: Setting; readonly mistakes: readonly SettingError[] }
  | { readonly root: undefined; readonly mistakes: readonly SettingError[] };

/** Uses of anchors within anchors; from here on it is an attack, says the parser. */
const ALIASES_MAX = 10_000;

/** Does one thing with a setting, and notes what was wrong with it. */
export type Attempt = (setting: Setting, work: () => void) => void;

/** A value, or values by their names, with the place of its first character in a text. */
export interface Placed {
  readonly at: number;
  readonly value: string | readonly (readonly [name: string, value: Placed])[];
}

/** The file that a setting is in. */
interface Origin {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

export class Setting {
  readonly #origin: Origin;
  readonly #path: readonly string[];
  readonly #node: Node | null;

  /**
   * A file that can't be read or is no YAML has no root. A name that stands twice in a map is a
   * mistake that hides no other one.
   */
  static read(file: string): Reading {
    let source: string;
    try {
      source = readFileSync(file, "utf8");
    } catch (error) {
      const mistake = new SettingError(0, `${file}: ${(error as Error).message}`);
      return { root: undefined, mistakes: [mistake] };
    }
    const lines = new LineCounter();
    const read = { merge: true, prettyErrors: false, uniqueKeys: false };
    const options = { ...read, lineCounter: lines };
    const document = parseDocument(source, options);
    const broken = [...document.errors, ...document.warnings].map(({ pos, message }) => {
      const { line } = lines.linePos(pos[0]);
      return new SettingError(line, `${file}:${line}: ${message}.`);
    });
    if (broken.length > 0) return { root: undefined, mistakes: broken };
    const root = new Setting({ file, document, lines }, [], document.contents);
    const wrong = wrongReferences(document).map(({ node, sentence }) => {
      const { line } = lines.linePos(node.range?.[0] ?? 0);
      return new SettingError(line, `${file}:${line}: ${sentence}`);
    });
    if (wrong.length > 0) return { root: undefined, mistakes: wrong };
    return { root, mistakes: [...root.#doubled()] };
  }

  /** The tree of a program's object; mistakes have `name` where a file's would have it and a line. */
  static of(value: unknown, name: string): Setting {
    const document = new Document(value);
    return new Setting({ file: name, document, lines: new LineCounter() }, [], document.contents);
  }

  /** The tree of a file in another language, as that language's reader has made it of its source. */
  static placed(file: string, source: string, root: Placed): Setting {
    const lines = new LineCounter();
    lines.addNewLine(0);
    for (const { index } of source.matchAll(/\n/g)) lines.addNewLine(index + 1);
    return new Setting({ file, document: new Document(null), lines }, [], nodeOf(root));
  }

  private constructor(origin: Origin, path: readonly string[], node: Node | null) {
    this.#origin = origin;
    this.#path = path;
    this.#node = isAlias(node) ? (node.resolve(origin.document) ?? null) : node;
  }

  /** Its own, the last of its path; empty for the root. */
  get name(): string {
    return this.#path.at(-1) ?? "";
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** Whether it has a text. */
  get isValue(): boolean {
    return !this.#isEmpty && textOf(this.#node) !== undefined;
  }

  /** What it holds, by name; a name with nothing behind it holds nothing. */
  entries(): [name: string, setting: Setting][] {
    if (this.#isEmpty) return [];
    if (!isMap(this.#node)) throw this.error("It is not a map of names and values.");
    const own = this.#node.items.filter(({ key }) => !isMergeKey(key));
    const entries = own.map(({ key, value }): [string, Setting] => {
      const name = textOf(key) ?? "?";
      return [name, this.#at(name, value as Node | null)];
    });
    if (own.length === this.#node.items.length) return entries;
    return [...entries, ...this.#merged(new Set(entries.map(([name]) => name)))];
  }

  /** What the merge keys bring beside these names. */
  #merged(names: Set<string>): [name: string, setting: Setting][] {
    const merges = isMap(this.#node) ? this.#node.items.filter(({ key }) => isMergeKey(key)) : [];
    const maps = merges.flatMap(({ value }) => this.#at("<<", value as Node | null).items());
    return maps
      .flatMap((map) => new Setting(this.#origin, this.#path, map.#node).entries())
      .filter(([name]) => {
        const isNew = !names.has(name);
        names.add(name);
        return isNew;
      });
  }

  /** The values of a list; one value is a list of itself. */
  items(): Setting[] {
    if (this.#isEmpty) return [];
    if (!isSeq(this.#node)) return [this];
    return this.#node.items.map((item, index) => this.#at(String(index), item as Node | null));
  }

  get text(): string {
    const text = this.#isEmpty ? undefined : textOf(this.#node);
    if (text === undefined) throw this.error("It is not one value.");
    return text;
  }

  /** One value as YAML takes it: number, boolean, text or null. Undefined for a map or a list. */
  get scalar(): unknown {
    if (this.#node === null) return null;
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  /** What stands at the end of a path from here; as far as there is something. */
  at(path: readonly string[]): Setting {
    const [name, ...others] = path;
    if (name === undefined) return this;
    const list = this.isList ? this.items() : [];
    const inner = this.isMap
      ? this.entries().find(([key]) => key === name)?.[1]
      : list[Number(name)];
    return inner === undefined ? this : inner.at(others);
  }

  /** What JSON would make of it. */
  get json(): unknown {
    return this.#node?.toJS(this.#origin.document, { maxAliasCount: ALIASES_MAX });
  }

  error(sentence: string): SettingError {
    const { file } = this.#origin;
    const line = this.#lineOf(this.#node);
    const place = line === 0 ? file : `${file}:${line}`;
    const path = this.#path.length === 0 ? "" : `${this.#path.join(".")}: `;
    return new SettingError(line, `${place}: ${path}${sentence}`);
  }

  /** One mistake for each name that its map has already, at any depth. */
  *#doubled(): Generator<SettingError> {
    if (isSeq(this.#node)) {
      for (const [index, item] of this.#node.items.entries()) {
        if (!isAlias(item)) yield* this.#at(String(index), item as Node | null).#doubled();
      }
    }
    if (!isMap(this.#node)) return;
    const firstLines = new Map<string, number>();
    for (const { key, value } of this.#node.items) {
      const name = textOf(key) ?? "?";
      if (isMergeKey(key)) continue;
      const first = firstLines.get(name);
      const again = this.#at(name, key as Node | null);
      if (first !== undefined) {
        yield again.error(`It is there already, in line ${first}; leave one of the two out.`);
      } else firstLines.set(name, this.#lineOf(key as Node | null));
      if (!isAlias(value)) yield* this.#at(name, value as Node | null).#doubled();
    }
  }

  #at(name: string, node: Node | null): Setting {
    return new Setting(this.#origin, [...this.#path, name], node);
  }

  #lineOf(node: Node | null): number {
    const start = node?.range?.[0];
    return start === undefined ? 0 : this.#origin.lines.linePos(start).line;
  }

  get #isEmpty(): boolean {
    return this.#node === null || (isScalar(this.#node) && this.#node.value === null);
  }
}

function nodeOf({ at, value }: Placed): Node {
  const node = typeof value === "string" ? new Scalar(value) : new YAMLMap();
  if (node instanceof YAMLMap && typeof value !== "string") {
    node.items = value.map(([name, one]) => new Pair(new Scalar(name), nodeOf(one)));
  }
  node.range = [at, at, at];
  return node;
}

function textOf(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
