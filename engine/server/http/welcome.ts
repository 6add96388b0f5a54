/**
 * What GET answers to people and to health checks: at / what this is and how to use it, for somebody
 * who has opened the address in a browser or with curl, and /health, which is
 * /_localstack/health to users of LocalStack. The same to everybody: it tells
 * nothing of the broker and nothing that the request said. Pure.
 */
import { regions } from "../../limits.ts";
import type { Reply } from "../protocol/protocol.ts";
import type { RequestHead } from "./inquiry.ts";

const what = "This is Sluice, a message broker that speaks the protocol of Amazon SQS.";
const how =
  "Point any SQS client at this address, with any region and any credentials. " +
  "With the AWS command line:";

function commandFor(url: string): string {
  return `aws --endpoint-url ${url} --region ${regions.default} sqs create-queue --queue-name hello`;
}

function pageFor(url: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sluice</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
pre { background: #8881; padding: 1rem; overflow-x: auto }</style>
<h1>Sluice</h1>
<p>${what}
<p>${how}
<pre>${commandFor(url)}</pre>
<p><a href="/health">/health</a> answers while it takes requests.
</html>
`;
}

function welcome(url: string, accept: string | undefined): Reply {
  if (accept?.includes("text/html")) {
    return { status: 200, body: pageFor(url), contentType: "text/html; charset=utf-8" };
  }
  const body = `${what}\n${how}\n\n  ${commandFor(url)}\n\n/health answers while it takes requests.\n`;
  return { status: 200, body, contentType: "text/plain; charset=utf-8" };
}

/** As LocalStack has it: services and how they are. */
const localStackHealth = JSON.stringify({
  services: { cloudwatch: "running", sqs: "running", sts: "running" },
  edition: "sluice",
});

const healthPages: ReadonlyMap<string, string> = new Map([
  ["/health", '{"status":"ok"}'],
  ["/_localstack/health", localStackHealth],
]);

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

/** True for what health checks ask. */
export function isHealthPath(url: string): boolean {
  return healthPages.has(pathOf(url));
}

/**
 * Undefined for what is no page. `serverUrl` is where the server listens; who has to say who he is gets
 * no welcome.
 */
export function pageReply(
  { method, url = "/", headers }: RequestHead,
  serverUrl: string,
  isOpen: boolean,
): Reply | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (url === "/" && isOpen) return welcome(serverUrl, headers.accept);
  const body = healthPages.get(pathOf(url));
  return body === undefined ? undefined : { status: 200, body, contentType: "application/json" };
}
