/** What YAML's anchors, aliases and merge keys may not do. Part of setting.ts; pure. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  visit,
} from "yaml";

/** A node that means nothing, and why. */
export interface WrongReference {
  readonly node: Node;
  readonly sentence: string;
}

/**
 * Aliases whose anchor is not there before them, or that stand within their own, and merge keys of what is
 * no map.
 */
export function wrongReferences(document: Document): WrongReference[] {
  const found: WrongReference[] = [];
  visit(document, {
    Alias: (_key, node, path) => {
      const { source } = node;
      const meant = node.resolve(document);
      if (meant === undefined) {
        found.push({ node, sentence: `There is no &${source} before *${source}.` });
      } else if (path.some((one) => isNode(one) && one === meant)) {
        const sentence = `*${source} stands within &${source}, so it would never end.`;
        found.push({ node, sentence });
      }
    },
    Pair: (_key, { key, value }) => {
      if (!isMergeKey(key) || isMerged(value, document)) return;
      const sentence = "<< merges a map, *NAME as a rule, or a list of maps.";
      found.push({ node: key, sentence });
    },
  });
  return found;
}

/** Whether a map's key is `<<` as YAML 1.1 means it; in quotes it is a name like any other. */
export function isMergeKey(key: unknown): key is Scalar {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

function isMerged(value: unknown, document: Document): boolean {
  const meant = (one: unknown): unknown => (isAlias(one) ? one.resolve(document) : one);
  const all = meant(value);
  if (isSeq(all)) return all.items.every((one) => isMap(meant(one)));
  // Of an alias that means nothing that is told.
  return isMap(all) || (isAlias(value) && all === undefined);
}
