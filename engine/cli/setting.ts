/**
 * A file of settings as a tree that knows where each of its values stands: YAML, or JSON, which is
 * YAML. Read once, on the main thread, before a server starts.
 *
 * A value is text, as it is written: `account: 000000000000` is twelve digits and no number. Who
 * reads options and attributes reads them from text in any case.
 */
import { readFileSync } from "node:fs";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";

/** Something wrong in the file; the message says where: `FILE:LINE: PATH: SENTENCE`. */
export class SettingError extends Error {}

/** Does one thing with a setting, and notes what was wrong with it. */
export type Attempt = (setting: Setting, work: () => void) => void;

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

  /** Throws SettingError for a file that can't be read or is no YAML. */
  static read(file: string): Setting {
    let source: string;
    try {
      source = readFileSync(file, "utf8");
    } catch (error) {
      throw new SettingError(`${file}: ${(error as Error).message}`);
    }
    const lines = new LineCounter();
    const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
    const [broken] = [...document.errors, ...document.warnings];
    if (broken !== undefined) {
      throw new SettingError(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}.`);
    }
    return new Setting({ file, document, lines }, [], document.contents);
  }

  private constructor(origin: Origin, path: readonly string[], node: Node | null) {
    this.#origin = origin;
    this.#path = path;
    this.#node = isAlias(node) ? (node.resolve(origin.document) ?? null) : node;
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** What it holds, by name; a name with nothing behind it holds nothing. */
  entries(): [name: string, setting: Setting][] {
    if (this.#isEmpty) return [];
    if (!isMap(this.#node)) throw this.error("It is not a map of names and values.");
    return this.#node.items.map(({ key, value }) => {
      const name = textOf(key) ?? "?";
      return [name, new Setting(this.#origin, [...this.#path, name], value as Node | null)];
    });
  }

  get text(): string {
    const text = this.#isEmpty ? undefined : textOf(this.#node);
    if (text === undefined) throw this.error("It is not one value.");
    return text;
  }

  /** What JSON would make of it. */
  get json(): unknown {
    return this.#node?.toJS(this.#origin.document);
  }

  error(sentence: string): SettingError {
    const { file, lines } = this.#origin;
    const start = this.#node?.range?.[0];
    const line = start === undefined ? "" : `:${lines.linePos(start).line}`;
    const path = this.#path.length === 0 ? "" : `${this.#path.join(".")}: `;
    return new SettingError(`${file}${line}: ${path}${sentence}`);
  }

  get #isEmpty(): boolean {
    return this.#node === null || (isScalar(this.#node) && this.#node.value === null);
  }
}

function textOf(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
