/** Scripts of a folder beside this, run by Python with AWS_ENDPOINT_URL as the only thing that is different. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { patience } from "../support/patience.ts";

export const scriptsFolder = fileURLToPath(new URL("boto3", import.meta.url));

/** Which scripts, and by which Python. */
export interface Scripts {
  readonly folder: string;
  readonly python: string;
}

const BOTO3: Scripts = { folder: "boto3", python: "python3" };

/** The values that a script printed, one a line; rejects with what it said when it did not end well. */
export function runScript<T>(
  script: string,
  endpointUrl: string,
  { folder, python }: Scripts = BOTO3,
): Promise<T[]> {
  const cwd = fileURLToPath(new URL(folder, import.meta.url));
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    PYTHONDONTWRITEBYTECODE: "1",
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  return new Promise((resolve, reject) => {
    const options = { env, cwd, timeout: patience(300_000) };
    execFile(python, [`${script}.py`], options, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${script}.py: ${error.message}\n${stdout}${stderr}`));
      else
        resolve(
          stdout
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line) as T),
        );
    });
  });
}
