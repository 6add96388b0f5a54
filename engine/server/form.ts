/**
 * The fields of a form (application/x-www-form-urlencoded), from a body or behind a URL's question
 * mark, as a tree: the dots in a field's name are its levels. Pure; knows nothing of SQS.
 *
 * Broken percent signs and broken UTF-8 are refused, because decoding them kindly would store what
 * nobody sent. Of a field that comes twice the last counts. Cost: one pass over the text, and a
 * node a level; the numbers of fields and levels are bounded, since any client may send any text.
 */
import { isUtf8 } from "node:buffer";
import { malformed } from "./schema.ts";

/** One level of a name: the text of the field that ends here, and the levels below. */
export class FormNode {
  text: string | undefined;
  readonly below = new Map<string, FormNode>();

  /** The level of that name below this one; made when there is none. */
  descend(name: string): FormNode {
    let node = this.below.get(name);
    if (node === undefined) {
      node = new FormNode();
      this.below.set(name, node);
    }
    return node;
  }
}

/** A batch of ten messages with ten attributes each has some 500. */
const fieldsMax = 10_000;
/** `SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringListValue.1` has seven. */
const levelsMax = 8;

/** The bytes of a body as text. */
export function formText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw malformed("The request body", "UTF-8");
  return bytes.toString("utf8");
}

/** The fields of all texts in one tree; those of later texts count. */
export function parseForm(...texts: readonly string[]): FormNode {
  const root = new FormNode();
  let fields = 0;
  for (const text of texts) {
    for (let from = 0; from < text.length; ) {
      const found = text.indexOf("&", from);
      const end = found < 0 ? text.length : found;
      fields += 1;
      if (fields > fieldsMax) throw malformed("The form", `one of at most ${fieldsMax} fields`);
      addField(root, text.slice(from, end));
      from = end + 1;
    }
  }
  return root;
}

function addField(root: FormNode, field: string): void {
  const equals = field.indexOf("=");
  const name = decode(equals < 0 ? field : field.slice(0, equals));
  const levels = name.split(".", levelsMax + 1);
  // Nothing that SQS knows lies deeper, and what it does not know is ignored.
  if (levels.length > levelsMax) return;
  let node = root;
  for (const level of levels) node = node.descend(level);
  node.text = equals < 0 ? "" : decode(field.slice(equals + 1));
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformed("A field of the form", "percent-encoded UTF-8");
  }
}
