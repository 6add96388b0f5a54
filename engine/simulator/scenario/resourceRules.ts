/** What must hold of resources, and between them and the fleets that use them. Part of rules.ts. */
import { suggestion } from "../../suggestion.ts";
import type { Resource } from "./resource.ts";
import type { Tell } from "./rule.ts";
import { listed } from "./sentences.ts";
import type { Scenario } from "./types.ts";

type Path = readonly string[];

export function ruleResources({ resources = {}, consumers = {} }: Scenario, tell: Tell): void {
  const names = Object.keys(resources);
  for (const [name, resource] of Object.entries(resources)) {
    ruleResource(resource, ["resources", name], tell);
  }
  for (const [name, { uses }] of Object.entries(consumers)) {
    if (uses === undefined || names.includes(uses)) continue;
    const others =
      names.length === 0 ? "; there are none." : `; there are ${listed(names, "and")}.`;
    const sentence = `There is no resource ${uses}${suggestion(uses, names) || others}`;
    tell(["consumers", name, "uses"], sentence);
  }
}

/** It has one kind of limit. */
function ruleResource(resource: Resource, path: Path, tell: Tell): void {
  const { concurrency, perSecond, burst, whenFull, refusalSeconds } = resource;
  const both = "concurrency (places) or perSecond (starts)";
  if (concurrency === undefined && perSecond === undefined) tell(path, `It lacks ${both}.`);
  if (concurrency !== undefined && perSecond !== undefined) {
    tell(path, `It has either ${both}, not both.`);
  }
  if (burst !== undefined && perSecond === undefined) {
    tell([...path, "burst"], "It goes with perSecond; leave it out.");
  }
  if (refusalSeconds !== undefined && whenFull !== "fail") {
    tell([...path, "refusalSeconds"], "It goes with whenFull: fail; leave it out.");
  }
}
