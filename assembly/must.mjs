/**
 * A transform of the AssemblyScript compiler: an optimised build is compiled as if no `if (MUST) …`
 * stood in the sources (must.ts). Left to the compiler, an empty statement would remain of each, and
 * the optimiser would now and then do one thing differently for it.
 */
import { Node, NodeKind } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const MARK = "MUST";

function isAssertion({ kind, condition }) {
  return kind === NodeKind.If && condition.kind === NodeKind.Identifier && condition.text === MARK;
}

function removeBelow(node) {
  for (const key of Object.keys(node)) {
    if (key === "range") continue;
    const value = node[key];
    if (Array.isArray(value)) {
      node[key] = value.filter((child) => !(child instanceof Node && isAssertion(child)));
    }
    for (const child of [node[key]].flat()) if (child instanceof Node) removeBelow(child);
  }
}

export default class Must extends Transform {
  afterParse({ sources }) {
    if (this.program.options.optimizeLevelHint === 0) return;
    for (const source of sources) if (!source.isLibrary) removeBelow(source);
  }
}
