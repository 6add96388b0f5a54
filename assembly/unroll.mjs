/**
 * A transform of the AssemblyScript compiler: each loop of the form
 *
 *     for (let step: u32 = 0; step < UNROLLED; step++) { … }
 *
 * becomes SECTION_STEPS blocks, in each of which `step` is a constant. The compiler runs it after
 * parsing (asconfig.json names it), for every build. It takes the number from layout.ts. A loop that
 * names UNROLLED but has another form, or leaves its body early, is a compile error: left as it is it
 * would be a loop under a lock.
 */
import { CommonFlags, Node, NodeKind } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const COUNT = "SECTION_STEPS";
const MARK = "UNROLLED";

/** The number that layout.ts gives SECTION_STEPS. */
function countOf(sources) {
  for (const { statements } of sources) {
    for (const statement of statements) {
      if (statement.kind !== NodeKind.Variable) continue;
      for (const { name, initializer } of statement.declarations) {
        if (name.text === COUNT) return Number(initializer.range.toString());
      }
    }
  }
  throw new Error(`no file declares ${COUNT}, which says how often to unroll`);
}

/** Calls `visit` for each node below `node`, and lets its answer, if there is one, replace it. */
function replaceBelow(node, visit) {
  for (const key of Object.keys(node)) {
    if (key === "range") continue;
    const value = node[key];
    const list = Array.isArray(value) ? value : [value];
    list.forEach((child, index) => {
      if (!(child instanceof Node)) return;
      replaceBelow(child, visit);
      const other = visit(child);
      if (other === undefined) return;
      if (Array.isArray(value)) value[index] = other;
      else node[key] = other;
    });
  }
}

function isMarked(node) {
  return node.kind === NodeKind.For && node.condition?.right?.text === MARK;
}

function hasOurForm({ initializer, condition, incrementor, body, range }) {
  const name = initializer?.declarations?.[0]?.name.text;
  const head = range.toString().replace(/\s+/g, " ");
  let leaves = false;
  replaceBelow({ body }, ({ kind }) => {
    leaves ||= kind === NodeKind.Break || kind === NodeKind.Continue;
  });
  return (
    condition.left.text === name &&
    incrementor !== null &&
    head.startsWith(`for (let ${name}: u32 = 0; ${name} < ${MARK}; ${name}++)`) &&
    !leaves
  );
}

function unroll(loop, count) {
  const { body, range } = loop;
  if (!hasOurForm(loop)) {
    const { source } = range;
    const place = `${source.normalizedPath}:${source.lineAt(range.start)}`;
    throw new Error(
      `${place}: write "for (let step: u32 = 0; step < ${MARK}; step++)", with no break or continue`,
    );
  }
  const [{ name, flags, type }] = loop.initializer.declarations;
  const copies = Array.from({ length: count }, (_, step) => {
    const value = Node.createIntegerLiteralExpression(globalThis.i64_new(step), range);
    const constant = (flags & ~CommonFlags.Let) | CommonFlags.Const;
    const own = Node.createVariableDeclaration(name, null, constant, type, value, range);
    const declared = Node.createVariableStatement(null, [own], range);
    return Node.createBlockStatement([declared, body], range);
  });
  return Node.createBlockStatement(copies, range);
}

export default class Unroll extends Transform {
  afterParse({ sources }) {
    for (const source of sources) {
      if (source.isLibrary) continue;
      replaceBelow(source, (node) => (isMarked(node) ? unroll(node, countOf(sources)) : undefined));
    }
  }
}
