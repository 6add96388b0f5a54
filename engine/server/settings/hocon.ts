/**
 * Reads as much of HOCON, the language of ElasticMQ's files, as such files have: maps with and without
 * braces, dotted names, lists, quoted and bare texts, comments. What it does not read (substitutions,
 * includes but that of ElasticMQ's own defaults, `+=`) is a mistake at its place and never left out. It
 * opens no file. Pure.
 */

/** Where a thing stands: its first character in the text. */
interface Placed {
  readonly at: number;
}

export interface HoconText extends Placed {
  readonly text: string;
}
export interface HoconList extends Placed {
  readonly items: readonly Hocon[];
}
export interface HoconMap extends Placed {
  readonly members: ReadonlyMap<string, Hocon>;
}
export type Hocon = HoconText | HoconList | HoconMap;

/** What is no HOCON, or none that is read here; the message is a sentence. */
export class HoconError extends Error {
  readonly at: number;

  constructor(at: number, sentence: string) {
    super(sentence);
    this.at = at;
  }
}

interface OpenMap extends Placed {
  readonly members: Map<string, Hocon>;
}

/** Blanks, commas and comments, across lines. */
const between = /(?:[\s,\uFEFF]|#[^\n]*|\/\/[^\n]*)*/y;
/** Blanks and comments before a value. */
const beforeValue = /(?:\s|#[^\n]*|\/\/[^\n]*)*/y;
const inLine = /[^\S\n]*/y;
const bareName = /[^\s.={}[\]:,"$+#`^?!@*&\\/]+/y;
const quoted = /"""([\s\S]*?"*)"""|"((?:[^"\\\n]|\\.)*)"/y;
/** Up to what ends a value; single slashes belong to it. */
const bareValue = /(?:[^\s,{}[\]#"$/]|\/(?!\/))+/y;
const include = /include[ \t(]/y;
/** ElasticMQ's own defaults, which its example begins with: nothing of the user's. */
const ownDefaults = /include[ \t]+classpath\(\s*"application(?:\.conf)?"\s*\)/y;

/** Throws HoconError. */
export function parseHocon(text: string): HoconMap {
  return new Parser(text).root();
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  root(): HoconMap {
    this.#take(between);
    const map: OpenMap = { at: this.#at, members: new Map() };
    const isBraced = this.#takeChar("{");
    this.#readMembers(map, isBraced);
    this.#take(between);
    if (this.#at < this.#text.length) throw this.#error("There is a brace too many.");
    return map;
  }

  #readMembers(map: OpenMap, isBraced: boolean): void {
    for (;;) {
      this.#take(between);
      if (this.#at >= this.#text.length) {
        if (!isBraced) return;
        throw new HoconError(map.at, "Its brace is never closed.");
      }
      if (this.#text[this.#at] === "}") {
        if (isBraced) this.#at += 1;
        return;
      }
      if (this.#take(ownDefaults) !== undefined) continue;
      if (this.#looksAt(include)) {
        throw this.#error("Includes are not read; write here what the other file has.");
      }
      this.#readMember(map);
    }
  }

  #readMember(map: OpenMap): void {
    const at = this.#at;
    const path = [this.#readName()];
    while (this.#takeChar(".")) path.push(this.#readName());
    this.#take(inLine);
    if (this.#text[this.#at] !== "{" && !this.#takeChar("=") && !this.#takeChar(":")) {
      throw this.#error("Behind a name comes =, : or {.");
    }
    this.#take(beforeValue);
    put(map, path, this.#readValue(), at);
  }

  #readName(): string {
    const text = this.#takeQuoted();
    if (text !== undefined) return text;
    const [name] = this.#take(bareName) ?? [];
    if (name === undefined) throw this.#error("Here a name is expected.");
    return name;
  }

  #readValue(): Hocon {
    const at = this.#at;
    if (this.#takeChar("{")) {
      const map: OpenMap = { at, members: new Map() };
      this.#readMembers(map, true);
      return map;
    }
    return this.#takeChar("[") ? this.#readList(at) : this.#readText();
  }

  #readList(at: number): HoconList {
    const items: Hocon[] = [];
    for (;;) {
      this.#take(between);
      if (this.#takeChar("]")) return { at, items };
      if (this.#at >= this.#text.length) throw new HoconError(at, "Its bracket is never closed.");
      items.push(this.#readValue());
    }
  }

  /** Texts beside each other in a line are one, with the blanks between them. */
  #readText(): HoconText {
    const at = this.#at;
    let text: string | undefined;
    let blanks = "";
    for (;;) {
      if (this.#text[this.#at] === "$") {
        throw this.#error("Substitutions are not read; write the value itself.");
      }
      const part = this.#takeQuoted() ?? this.#take(bareValue)?.[0];
      if (part === undefined) break;
      text = text === undefined ? part : text + blanks + part;
      [blanks = ""] = this.#take(inLine) ?? [];
    }
    if (text === undefined) throw this.#error("Here a value is expected.");
    return { at, text };
  }

  #takeQuoted(): string | undefined {
    const at = this.#at;
    const [, long, short] = this.#take(quoted) ?? [];
    if (long !== undefined || short === undefined) return long;
    try {
      return JSON.parse(`"${short.replaceAll("\t", "\\t")}"`) as string;
    } catch {
      throw new HoconError(at, "What stands in the quotes is no text of JSON.");
    }
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }

  #looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #takeChar(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #error(sentence: string): HoconError {
    return new HoconError(this.#at, sentence);
  }
}

/** What stands later replaces what stood there, but maps are put together. */
function put(map: OpenMap, path: readonly string[], value: Hocon, at: number): void {
  const [name = "", ...rest] = path;
  const before = map.members.get(name);
  const inner: OpenMap = { at, members: new Map() };
  if (before !== undefined && "members" in before) {
    for (const [key, one] of before.members) inner.members.set(key, one);
  }
  if (rest.length > 0) put(inner, rest, value, at);
  else if ("members" in value)
    for (const [key, one] of value.members) put(inner, [key], one, one.at);
  else {
    map.members.set(name, value);
    return;
  }
  map.members.set(name, { ...inner, at: rest.length > 0 ? at : value.at });
}
