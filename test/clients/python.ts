/** Scripts of boto3/, run by Python with AWS_ENDPOINT_URL as the only thing that is different. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { patience } from "../support/patience.ts";

export const scriptsFolder = fileURLToPath(new URL("boto3", import.meta.url));

/** The values that a script printed, one a line; rejects with what it said when it did not end well. */
export function runScript<T>(script: string, endpointUrl: string): Promise<T[]> {
  const env = {
    PATH: process.env.PATH,
    HOME: scriptsFolder,
    PYTHONDONTWRITEBYTECODE: "1",
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  return new Promise((resolve, reject) => {
    const options = { env, cwd: scriptsFolder, timeout: patience(300_000) };
    execFile("python3", [`${script}.py`], options, (error, stdout, stderr) => {
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
