/** Messages that a scenario begins with: whose they are. Pure. */
import type { Backlog, Scenario } from "./types.ts";

export function backlogsOf({ initial }: Scenario): readonly Backlog[] {
  if (initial === undefined) return [];
  return Array.isArray(initial) ? initial : [initial];
}

/** The name of a backlog's queue: what it says, or the one queue that has consumers. */
export function backlogQueue(backlog: Backlog, scenario: Scenario): string | undefined {
  if (backlog.queue !== undefined) return backlog.queue;
  const consumed = new Set(Object.values(scenario.consumers ?? {}).map(({ queue }) => queue));
  return consumed.size === 1 ? [...consumed][0] : undefined;
}
