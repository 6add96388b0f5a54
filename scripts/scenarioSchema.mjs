/**
 * The JSON Schema of scenario files, made from their types: `node scripts/scenarioSchema.mjs` writes it
 * beside them (then `npx biome format --write` that file), and a test sees that what is there is what
 * would be written; with `--print` it is printed. The script reads declarations as they stand:
 * interfaces and what they extend, and aliases of numbers, unions, lists, tuples and records; texts of comments become
 * descriptions, and their tags ranges. What it does not know it refuses.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = new URL("../engine/simulator/scenario/", import.meta.url);
const schemaFile = fileURLToPath(new URL("scenario.schema.json", folder));

const rootType = "Scenario";
const numberTags = ["minimum", "exclusiveMinimum", "maximum", "minItems", "maxItems"];

/** Every exported type of the folder by its name. */
function declarations() {
  const found = new Map();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts"))) {
    const text = readFileSync(new URL(name, folder), "utf8");
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    for (const node of file.statements) {
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
        found.set(node.name.text, node);
      }
    }
  }
  return found;
}

/** What the comment before a declaration or a member says. */
function annotations(node) {
  const said = {};
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  if (comment === undefined) return said;
  const description = ts.getTextOfJSDocComment(comment.comment);
  if (description) said.description = description.replace(/\s+/g, " ").trim();
  for (const tag of comment.tags ?? []) {
    const name = tag.tagName.text;
    const text = ts.getTextOfJSDocComment(tag.comment) ?? "";
    if (name === "asType") said.type = text;
    else if (numberTags.includes(name) && Number.isFinite(Number(text))) said[name] = Number(text);
    else throw new Error(`There is no tag @${name} ${text}.`);
  }
  return said;
}

class Schema {
  #types = declarations();
  definitions = {};

  /** The schema of a type by its name: numbers where they are used, anything else once. */
  #named(name) {
    const node = this.#types.get(name);
    if (node === undefined) throw new Error(`There is no type ${name}.`);
    const made = () => ({ ...this.#body(node), ...annotations(node) });
    if (ts.isTypeAliasDeclaration(node) && node.type.kind === ts.SyntaxKind.NumberKeyword) {
      return made();
    }
    if (!(name in this.definitions)) {
      this.definitions[name] = {};
      this.definitions[name] = made();
    }
    return { $ref: `#/definitions/${name}` };
  }

  #body(node) {
    return ts.isInterfaceDeclaration(node)
      ? this.#object(this.#members(node))
      : this.#type(node.type);
  }

  object(name) {
    const node = this.#types.get(name);
    return { ...this.#body(node), ...annotations(node) };
  }

  /** Those of what it extends come first. */
  #members(node) {
    const bases = (node.heritageClauses ?? []).flatMap((clause) => clause.types);
    const inherited = bases.flatMap((base) => this.#members(this.#types.get(base.expression.text)));
    return [...inherited, ...node.members];
  }

  #object(members) {
    const properties = {};
    const required = [];
    for (const member of members) {
      const name = member.name.text;
      properties[name] = { ...this.#type(member.type), ...annotations(member) };
      if (member.questionToken === undefined) required.push(name);
    }
    const all = required.length > 0 ? { required } : {};
    return { type: "object", properties, ...all, additionalProperties: false };
  }

  #type(node) {
    const kinds = ts.SyntaxKind;
    if (node.kind === kinds.NumberKeyword) return { type: "number" };
    if (node.kind === kinds.StringKeyword) return { type: "string" };
    if (node.kind === kinds.BooleanKeyword) return { type: "boolean" };
    if (ts.isLiteralTypeNode(node)) return this.#literal(node.literal);
    if (ts.isTypeLiteralNode(node)) return this.#object(node.members);
    if (ts.isArrayTypeNode(node)) return { type: "array", items: this.#type(node.elementType) };
    if (ts.isTupleTypeNode(node)) {
      const items = node.elements.map((element) => this.#type(element));
      return { type: "array", items, minItems: items.length, maxItems: items.length };
    }
    if (ts.isUnionTypeNode(node)) return this.#union(node.types);
    if (ts.isTypeReferenceNode(node)) return this.#reference(node);
    throw new Error(`A scenario can't have the type ${node.getText()}.`);
  }

  #literal(literal) {
    return literal.kind === ts.SyntaxKind.NullKeyword ? { type: "null" } : { enum: [literal.text] };
  }

  #union(types) {
    const all = types.map((type) => this.#type(type));
    if (all.every((one) => "enum" in one)) return { enum: all.flatMap((one) => one.enum) };
    return { anyOf: all };
  }

  #reference(node) {
    const name = node.typeName.text;
    if (name !== "Record") return this.#named(name);
    return { type: "object", additionalProperties: this.#type(node.typeArguments[1]) };
  }
}

/** The schema as a text: draft 7, which editors read. */
function scenarioSchema() {
  const schema = new Schema();
  const root = schema.object(rootType);
  const sorted = Object.entries(schema.definitions).sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  const whole = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A scenario of sluice simulate",
    ...root,
    definitions: Object.fromEntries(sorted),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

if (process.argv.includes("--print")) process.stdout.write(scenarioSchema());
else writeFileSync(schemaFile, scenarioSchema());
