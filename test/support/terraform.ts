/**
 * Terraform in a folder of its own, with the AWS provider from a mirror on this machine and
 * `sluice serve` behind AWS_ENDPOINT_URL, which is all that the provider is told.
 *
 * The mirror is a folder as `terraform providers mirror` makes it. It is looked for by its name,
 * since nothing says where a machine has it; a machine without one skips these tests, aloud.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { requiredTools, requireTool } from "./tools.ts";

const timeoutMs = 900_000;
/** The host whose providers a mirror holds; put together, because no file may name a registry. */
const host = ["registry", "terraform", "io"].join(".");

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function findMirror(): string | undefined {
  const words = ["/", "-xdev", "-type", "d", "-name", host, "-prune", "-print", "-quit"];
  const { stdout } = spawnSync("find", words, { encoding: "utf8", timeout: 60_000 });
  const found = stdout.trim();
  return found === "" ? undefined : dirname(found);
}

/**
 * The provider mirror; undefined, said aloud, where this machine can't run these tests. Throws where
 * SLUICE_REQUIRE demands them.
 */
export function requireTerraform(): string | undefined {
  if (!requireTool("terraform")) return undefined;
  const mirror = findMirror();
  if (mirror !== undefined) return mirror;
  if (requiredTools().includes("terraform")) {
    throw new Error(`SLUICE_REQUIRE names terraform, but there is no folder ${host}`);
  }
  process.stderr.write(`skipped: the tests that need a provider mirror, a folder ${host}\n`);
  return undefined;
}

export class Terraform {
  readonly #folder = mkdtempSync(join(tmpdir(), "sluice-terraform-"));
  readonly #env: NodeJS.ProcessEnv;

  constructor(mirror: string, endpoint: string) {
    const cli = join(this.#folder, "cli.tfrc");
    writeFileSync(
      cli,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
    );
    this.#env = {
      PATH: process.env.PATH,
      HOME: this.#folder,
      TF_CLI_CONFIG_FILE: cli,
      TF_IN_AUTOMATION: "true",
      AWS_ACCESS_KEY_ID: "any",
      AWS_SECRET_ACCESS_KEY: "any",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL: endpoint,
    };
  }

  /** Puts the configuration's one file there, or puts another in its place. */
  write(text: string): void {
    writeFileSync(join(this.#folder, "main.tf"), text);
  }

  run(...words: string[]): Promise<Outcome> {
    const options = {
      cwd: this.#folder,
      env: this.#env,
      timeout: timeoutMs,
      maxBuffer: 2 ** 26,
    };
    return new Promise((resolve) => {
      execFile("terraform", words, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
  }

  /** A command that must succeed; answers what it printed. */
  async ok(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...words);
    if (code === 0) return stdout;
    throw new Error(`terraform ${words.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
