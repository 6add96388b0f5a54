/**
 * `sluice bench worst`: what the worst request of each action costs a `sluice serve`, the worst
 * that is right and the worst that is not: how long it keeps the server's thread at one time, while
 * nobody else is answered, and what it takes in all its turns of the event loop together. The goal is
 * that none keeps the thread for 50 milliseconds. Every request is sent some times, one after the
 * other; its figures are the medians. In processor time of the process (bench/worst/turns.ts).
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { median } from "../result/statistics.ts";
import { type Child, startSluice } from "../server/sluice.ts";
import { type Subjects, type WorstRequest, worstRequests } from "./requests.ts";
import type { Turns } from "./turns.ts";

const GOAL_MS = 50;
const MIB = 1_048_576;
const PROBE = new URL("./turns.js", import.meta.url).href;

export interface WorstFigure {
  readonly action: string;
  readonly isValid: boolean;
  readonly protocol: string;
  readonly what: string;
  readonly unit: "ms";
  /** The longest turn of the event loop. */
  readonly heldMs: number;
  /** All turns together. */
  readonly totalMs: number;
  /** Of its last answer. */
  readonly status: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

class Client {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port: number) {
    this.#port = port;
  }

  send({
    action,
    protocol,
    body,
  }: Pick<WorstRequest, "action" | "protocol" | "body">): Promise<Answer> {
    const headers: Record<string, string> =
      protocol === "json"
        ? { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AmazonSQS.${action}` }
        : { "Content-Type": "application/x-www-form-urlencoded" };
    const options = { port: this.#port, method: "POST", headers, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const outgoing = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
        });
      });
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  }

  async ok(action: string, input: object): Promise<Record<string, unknown>> {
    const body = JSON.stringify(input);
    const { status, text } = await this.send({ action, protocol: "json", body });
    if (status !== 200) throw new Error(`${action} answered ${status}: ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  async queue(QueueName: string, Attributes: object = {}): Promise<string> {
    const { QueueUrl } = await this.ok("CreateQueue", { QueueName, Attributes });
    return String(QueueUrl);
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function prepare(client: Client): Promise<Subjects> {
  const queueUrl = await client.queue("worst");
  const fullUrl = await client.queue("full");
  const signsUrl = await client.queue("signs");
  const wideUrl = await client.queue("wide");
  const attributesUrl = await client.queue("attributes");
  const StringValue = "<".repeat(100_000);
  const MessageAttributes = Object.fromEntries(
    [..."0123456789"].map((name) => [name, { DataType: "String", StringValue }]),
  );
  const sourceArn = "arn:aws:sqs:us-east-1:000000000000:dead";
  await client.queue("dead");
  await client.queue("source", {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: sourceArn, maxReceiveCount: 5 }),
  });
  for (let index = 0; index < 1_000; index++) await client.queue(`queue-${index}`);
  const MessageBody = "&".repeat(MIB);
  for (let index = 0; index < 10; index++) {
    await client.ok("SendMessage", { QueueUrl: fullUrl, MessageBody });
    await client.ok("SendMessage", { QueueUrl: wideUrl, MessageBody: "\u{1f600}".repeat(MIB / 4) });
    await client.ok("SendMessage", {
      QueueUrl: attributesUrl,
      MessageBody: "a",
      MessageAttributes,
    });
  }
  await client.ok("SendMessage", { QueueUrl: signsUrl, MessageBody });
  await client.ok("SendMessage", { QueueUrl: queueUrl, MessageBody: "a" });
  const { Messages } = await client.ok("ReceiveMessage", { QueueUrl: queueUrl });
  const [{ ReceiptHandle: handle }] = Messages as [{ ReceiptHandle: string }];
  return { queueUrl, fullUrl, signsUrl, wideUrl, attributesUrl, sourceArn, handle };
}

/** What the server's event loop has done since it was asked last. */
async function turnsOf({ child }: Child): Promise<Turns> {
  const told = once(child, "message");
  child.send("tell");
  const [turns] = (await told) as [Turns];
  return turns;
}

async function measure(
  client: Client,
  server: Child,
  one: WorstRequest,
  times: number,
): Promise<WorstFigure> {
  let { status } = await client.send(one);
  const turns: Turns[] = [];
  for (let time = 0; time < times; time++) {
    await turnsOf(server);
    ({ status } = await client.send(one));
    turns.push(await turnsOf(server));
  }
  const { action, isValid, protocol, what } = one;
  const heldMs = median(turns.map(({ longestMs }) => longestMs));
  const totalMs = median(turns.map(({ totalMs }) => totalMs));
  return { action, isValid, protocol, what, unit: "ms", heldMs, totalMs, status };
}

const shown = (ms: number): string => ms.toFixed(1).padStart(6);

function told(figures: readonly WorstFigure[], take: (figure: WorstFigure) => number): string {
  const over = figures.filter((figure) => take(figure) >= GOAL_MS);
  if (over.length === 0) return "none";
  return over
    .map((one) => `${take(one).toFixed(1)} ms: ${one.action}, ${one.what} (${one.protocol})`)
    .join("\n");
}

function table(figures: readonly WorstFigure[]): string {
  const actions = [...new Set(figures.map(({ action }) => action))].sort();
  const cell = (action: string, isValid: boolean) => {
    const own = figures.filter((figure) => figure.action === action && figure.isValid === isValid);
    const worst = own.reduce((one, other) => (other.heldMs > one.heldMs ? other : one));
    const what = `${worst.what} (${worst.protocol})`;
    return `${shown(worst.heldMs)} ${shown(worst.totalMs)}  ${what.padEnd(46)}`;
  };
  const width = Math.max(...actions.map((action) => action.length));
  const lines = actions.map((action) =>
    `${action.padEnd(width)} ${cell(action, true)} ${cell(action, false)}`.trimEnd(),
  );
  const columns = "  held  total";
  const head = `${"ms of processor time".padEnd(width)} ${columns}  right${" ".repeat(41)} ${columns}  wrong`;
  return [
    head,
    ...lines,
    `\nKept the thread for ${GOAL_MS} ms at one time: ${told(figures, ({ heldMs }) => heldMs)}`,
    `\nTook ${GOAL_MS} ms in all its turns: ${told(figures, ({ totalMs }) => totalMs)}`,
  ].join("\n");
}

/** `say` is told what is going on. */
export async function benchWorst(
  isQuick: boolean,
  say: (text: string) => void,
): Promise<{ text: string; figures: readonly WorstFigure[] }> {
  const server = await startSluice(["--import", PROBE]);
  const { child, port } = server;
  const client = new Client(port);
  const figures: WorstFigure[] = [];
  try {
    const requests = worstRequests(await prepare(client));
    for (const [index, one] of requests.entries()) {
      if (index % 25 === 0) say(`request ${index + 1} of ${requests.length}`);
      // What an earlier request deleted, purged or filled is put right, and a right one must stay so.
      await client.ok("PurgeQueue", { QueueUrl: "worst" });
      const figure = await measure(client, server, one, isQuick ? 3 : 10);
      figures.push(figure);
    }
  } finally {
    client.close();
    child.kill();
    await once(child, "exit");
  }
  return { text: table(figures), figures };
}
