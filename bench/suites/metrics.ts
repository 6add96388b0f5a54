/**
 * `metrics`: what it costs a server to count what happens in 4,096 queues, all of them used: the look at
 * all of them that it takes each second, and a scrape of /metrics beside the bare formatting of the same lines.
 * In milliseconds of processor time, so that who else uses the machine matters little.
 */
import type { Suite } from "./work.ts";

/** As many as a broker has. */
export const QUEUES = 4_096;
const many = QUEUES.toLocaleString("en");
export const LOOK = `a look at ${many} queues`;
export const SCRAPE = `a scrape of ${many} queues`;
export const FORMATTING = "its lines, formatted";

export const metrics: Suite = {
  name: "metrics",
  about: `a look at ${many} used queues, and a scrape of them beside the bare formatting of its lines`,
  works: () => [{ kind: "metrics" }],
};
