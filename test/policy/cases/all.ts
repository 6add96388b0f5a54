/** All cases, by what they are about. */
import type { Case } from "./case.ts";
import { elements } from "./elements.ts";
import { logic } from "./logic.ts";
import { operators } from "./operators.ts";
import { multivalued } from "./sets.ts";
import { sqsGuide } from "./sqsGuide.ts";

export const casesByTopic: Readonly<Record<string, readonly Case[]>> = {
  logic,
  elements,
  operators,
  multivalued,
  sqsGuide,
};

export const cases: readonly Case[] = Object.values(casesByTopic).flat();
