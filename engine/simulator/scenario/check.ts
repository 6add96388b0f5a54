/**
 * Reads a scenario's tree by its schema: what it holds, as plain data, and all that is wrong with it.
 * What must hold between fields is rules.ts's; queues are read by the rules of the configuration file.
 */
import type { Setting } from "../../broker/described/setting.ts";
import type { SettingError } from "../../broker/described/settingError.ts";
import { choiceWord, lawName, resolved, type SchemaNode } from "./schema.ts";
import { listed, missingField, unknownField, unknownLaw, wanted, wrongValue } from "./sentences.ts";

/** A thing that could not be read; its mistake has been told. */
const unread = undefined;

export class Checker {
  readonly mistakes: SettingError[] = [];

  /** What the setting holds, without what is wrong in it. */
  read(setting: Setting, schema: SchemaNode, field = setting.name): unknown {
    const node = resolved(schema);
    if (node.anyOf !== undefined) return this.#choose(setting, node, field, choiceWord(schema));
    if (node.enum !== undefined) return this.#word(setting, node, field);
    switch (node.type) {
      case "object":
        return this.#map(setting, node);
      case "array":
        return this.#list(setting, node, field);
      case "integer":
      case "number":
        return this.#number(setting, node, field);
      case "boolean":
        return typeof setting.scalar === "boolean"
          ? setting.scalar
          : this.#wrong(setting, node, field);
      case "null":
        return setting.scalar === null ? null : this.#wrong(setting, node, field);
      case undefined:
        return unread;
      default:
        return setting.isValue ? setting.text : this.#wrong(setting, node, field);
    }
  }

  tell(setting: Setting, sentence: string): undefined {
    this.mistakes.push(setting.error(sentence));
    return unread;
  }

  #wrong(setting: Setting, node: SchemaNode, field: string): undefined {
    if (setting.isValue) return this.tell(setting, wrongValue(field, node, setting.scalar));
    return this.tell(setting, `It is ${wanted(field, node)}.`);
  }

  #word(setting: Setting, node: SchemaNode, field: string): unknown {
    const isWord = setting.isValue && node.enum?.includes(setting.text) === true;
    return isWord ? setting.text : this.#wrong(setting, node, field);
  }

  #number(setting: Setting, node: SchemaNode, field: string): unknown {
    const value = setting.scalar;
    const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = node;
    const isNumber = typeof value === "number" && Number.isFinite(value);
    const isKind = isNumber && (node.type !== "integer" || Number.isInteger(value));
    if (isKind && value >= minimum && value > exclusiveMinimum && value <= maximum) return value;
    return this.#wrong(setting, node, field);
  }

  #list(setting: Setting, node: SchemaNode, field: string): unknown {
    if (!setting.isList) return this.#wrong(setting, node, field);
    const { items = {}, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = node;
    const settings = setting.items();
    const { length } = settings;
    if (length < minItems || length > maxItems) {
      const most = minItems === maxItems ? `${minItems}` : `${minItems} to ${maxItems}`;
      return this.tell(setting, `It is a list of ${most} values, not of ${length}.`);
    }
    return settings.map((item, index) =>
      this.read(item, Array.isArray(items) ? items[index] : items, field),
    );
  }

  #map(setting: Setting, node: SchemaNode): unknown {
    if (!setting.isMap) return this.#wrong(setting, node, setting.name);
    const read: [string, unknown][] = [];
    const meant = new Set<string>();
    for (const [name, value] of setting.entries()) {
      meant.add(name);
      const own = Object.hasOwn(node.properties ?? {}, name) ? node.properties?.[name] : undefined;
      const schema = own ?? (node.additionalProperties || undefined);
      if (schema === undefined) {
        const unknown = unknownField(name, node, value.scalar);
        this.tell(value, unknown.sentence);
        meant.add(unknown.near ?? name);
      } else read.push([name, this.read(value, schema)]);
    }
    this.#tellMissing(setting, node, meant);
    return Object.fromEntries(read.filter(([, value]) => value !== unread));
  }

  #tellMissing(setting: Setting, node: SchemaNode, meant: ReadonlySet<string>): void {
    for (const name of node.required ?? []) {
      if (meant.has(name)) continue;
      this.tell(setting, missingField(name, node.properties?.[name] ?? {}));
    }
  }

  #choose(setting: Setting, node: SchemaNode, field: string, word: string): unknown {
    const nodes = (node.anyOf ?? []).map(resolved);
    const fitting = nodes.filter((one) => isOfShape(setting, one));
    const laws = fitting.filter((one) => lawName(one) !== undefined);
    if (laws.length > 0 && laws.length === fitting.length) return this.#law(setting, laws, word);
    const [one] = fitting;
    return one === undefined ? this.#wrong(setting, node, field) : this.read(setting, one, field);
  }

  /** A map of one name and its parameters. */
  #law(setting: Setting, laws: readonly SchemaNode[], word: string): unknown {
    const known = setting
      .entries()
      .filter(([name]) => laws.some((law) => lawName(law) === name))
      .map(([name]) => name);
    for (const [name, value] of setting.entries()) {
      if (!known.includes(name)) this.tell(value, unknownLaw(name, laws, word));
    }
    if (setting.entries().length === 0) {
      return this.tell(
        setting,
        `It names no ${word}; it is ${wanted(setting.name, { anyOf: laws })}.`,
      );
    }
    if (known.length > 1) {
      return this.tell(
        setting,
        `It is one ${word}, not ${listed(known, "and")}; leave the others out.`,
      );
    }
    const law = laws.find((one) => lawName(one) === known[0]);
    if (law === undefined || setting.entries().length > 1) return unread;
    return this.read(setting, law);
  }
}

function isOfShape(setting: Setting, { type, enum: words }: SchemaNode): boolean {
  if (type === "object") return setting.isMap;
  if (type === "array") return setting.isList;
  if (type === "null") return setting.scalar === null;
  const { scalar } = setting;
  if (type === "number" || type === "integer") return typeof scalar === "number";
  if (type === "boolean") return typeof scalar === "boolean";
  return setting.isValue && (words === undefined || words.includes(setting.text));
}
