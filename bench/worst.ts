/**
 * `npm run bench -- worst`: what the worst request of each action costs a `sluice serve`, the worst
 * that is right and the worst that is not, in milliseconds of processor time of the whole process.
 * Nobody else is answered meanwhile, so the goal is that none of them takes 50. Every request is sent
 * some times, one after the other; its figure is the mean. On Linux alone, where processes tell their
 * processor time.
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { type Child, cpuMicrosOf, startSluice } from "./server.ts";
import { type Subjects, type WorstRequest, worstRequests } from "./worstRequests.ts";

const GOAL_MS = 50;
const MIB = 1_048_576;

export interface WorstFigure {
  readonly action: string;
  readonly isValid: boolean;
  readonly protocol: string;
  readonly what: string;
  readonly unit: "ms";
  readonly cpuMs: number;
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
  const sourceArn = "arn:aws:sqs:us-east-1:000000000000:dead";
  await client.queue("dead");
  await client.queue("source", {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: sourceArn, maxReceiveCount: 5 }),
  });
  for (let index = 0; index < 1_000; index++) await client.queue(`queue-${index}`);
  const MessageBody = "&".repeat(MIB);
  for (let index = 0; index < 10; index++) {
    await client.ok("SendMessage", { QueueUrl: fullUrl, MessageBody });
  }
  await client.ok("SendMessage", { QueueUrl: signsUrl, MessageBody });
  await client.ok("SendMessage", { QueueUrl: queueUrl, MessageBody: "a" });
  const { Messages } = await client.ok("ReceiveMessage", { QueueUrl: queueUrl });
  const [{ ReceiptHandle: handle }] = Messages as [{ ReceiptHandle: string }];
  return { queueUrl, fullUrl, signsUrl, sourceArn, handle };
}

async function measure(
  client: Client,
  { pid }: Child,
  one: WorstRequest,
  times: number,
): Promise<WorstFigure> {
  let { status } = await client.send(one);
  const before = cpuMicrosOf(pid);
  for (let time = 0; time < times; time++) ({ status } = await client.send(one));
  const cpuMs = (cpuMicrosOf(pid) - before) / 1e3 / times;
  const { action, isValid, protocol, what } = one;
  return { action, isValid, protocol, what, unit: "ms", cpuMs, status };
}

function table(figures: readonly WorstFigure[]): string {
  const actions = [...new Set(figures.map(({ action }) => action))].sort();
  const cell = (action: string, isValid: boolean) => {
    const own = figures.filter((figure) => figure.action === action && figure.isValid === isValid);
    const worst = own.reduce((one, other) => (other.cpuMs > one.cpuMs ? other : one));
    return `${worst.cpuMs.toFixed(1).padStart(7)}  ${`${worst.what} (${worst.protocol})`.padEnd(52)}`;
  };
  const width = Math.max(...actions.map((action) => action.length));
  const lines = actions.map((action) =>
    `${action.padEnd(width)} ${cell(action, true)} ${cell(action, false)}`.trimEnd(),
  );
  const over = figures.filter(({ cpuMs }) => cpuMs >= GOAL_MS);
  const told = over.map(
    (one) => `${one.cpuMs.toFixed(1)} ms: ${one.action}, ${one.what} (${one.protocol})`,
  );
  const head = `${"milliseconds of processor time".padEnd(width)}   right${" ".repeat(49)}wrong`;
  const end =
    over.length === 0 ? `None takes ${GOAL_MS} ms.` : `Over ${GOAL_MS} ms:\n${told.join("\n")}`;
  return `${head}\n${lines.join("\n")}\n\n${end}`;
}

/** `say` is told what is going on. */
export async function benchWorst(
  isQuick: boolean,
  say: (text: string) => void,
): Promise<{ text: string; figures: readonly WorstFigure[] }> {
  const { child, port, pid } = await startSluice("--log-level", "error");
  const client = new Client(port);
  const figures: WorstFigure[] = [];
  try {
    const requests = worstRequests(await prepare(client));
    for (const [index, one] of requests.entries()) {
      if (index % 25 === 0) say(`request ${index + 1} of ${requests.length}`);
      // What an earlier request deleted, purged or filled is put right, and a right one must stay so.
      await client.ok("PurgeQueue", { QueueUrl: "worst" });
      const figure = await measure(client, { child, port, pid }, one, isQuick ? 3 : 10);
      figures.push(figure);
    }
  } finally {
    client.close();
    child.kill();
    await once(child, "exit");
  }
  return { text: table(figures), figures };
}
