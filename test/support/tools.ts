/**
 * Outside tools that some tests need (the AWS command line, boto3, Terraform, ...). A tool that is
 * absent skips its tests, aloud. Where the environment variable SLUICE_REQUIRE (a comma-separated
 * list; .ci/run sets it) names the tool, its absence is an error, so that a machine known to have
 * the tool can't lose the tests in silence.
 */
import { spawnSync } from "node:child_process";
import { patience } from "./patience.ts";

export type Tool =
  | "aws"
  | "boto3"
  | "celery"
  | "moto_server"
  | "terraform"
  | "chromium"
  | "script"
  | "promtool"
  | "curl"
  | "tmpfs";

const PROBES: Readonly<Record<Tool, readonly [command: string, ...args: string[]]>> = {
  aws: ["aws", "--version"],
  boto3: ["python3", "-c", "import boto3"],
  // Debian's packages, which Debian's Python alone finds: python3-celery, -kombu, -boto3, -pycurl.
  celery: ["/usr/bin/python3", "-c", "import celery, kombu, boto3, pycurl"],
  moto_server: ["moto_server", "--help"],
  terraform: ["terraform", "-version"],
  chromium: ["chromium", "--version"],
  script: ["script", "--version"],
  promtool: ["promtool", "--version"],
  curl: ["curl", "--version"],
  // What wants one tries it by itself: an empty file system in memory, which root alone may mount.
  tmpfs: ["mount", "-t", "tmpfs"],
};

const found = new Map<Tool, boolean>();

/** Whether the tool answers on this machine; each tool is tried once a process. */
function isPresent(tool: Tool): boolean {
  const known = found.get(tool);
  if (known !== undefined) return known;
  const [command, ...args] = PROBES[tool];
  const present = spawnSync(command, args, { stdio: "ignore", timeout: patience() }).status === 0;
  found.set(tool, present);
  return present;
}

/** The tools that SLUICE_REQUIRE demands. */
export function requiredTools(list = process.env.SLUICE_REQUIRE ?? ""): string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/**
 * True where the tool is there; meant for `describe.skipIf(!requireTool("aws"))`. Where it is absent
 * this says so and returns false, or throws if SLUICE_REQUIRE names the tool.
 */
export function requireTool(tool: Tool, present = isPresent(tool)): boolean {
  if (present) return true;
  if (requiredTools().includes(tool)) {
    throw new Error(`SLUICE_REQUIRE names ${tool}, but ${PROBES[tool].join(" ")} does not answer`);
  }
  process.stderr.write(`skipped: the tests that need ${tool}, which is not on this machine\n`);
  return false;
}
