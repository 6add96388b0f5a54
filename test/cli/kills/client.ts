/**
 * AWS's client on the server that is killed, one life of it long. Each call is told the ledger before it
 * is made, and again behind its answer. When the server's end took the answer with it the call throws
 * Unanswered; nothing is tried again by the client itself.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageResult,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Ledger, Received } from "./ledger.ts";
import type { Letter, Place } from "./letter.ts";

/** What is told of calls, and asked. */
export interface Watch {
  /** A signal was sent that ends the server. */
  readonly isEnding: boolean;
  asked(): void;
  answered(): void;
}

export class Unanswered extends Error {}

/** Longer than this test can take, twice, and within the twelve hours of a receive. */
export const HIDDEN_SECONDS = 15_000;

/** The codes of an answer to a change of visibility whose message is not in flight, or gone. */
const NOT_IN_FLIGHT: readonly unknown[] = ["InvalidParameterValue", "MessageNotInflight"];

export interface Receive {
  readonly queue: string;
  /** Of a FIFO queue. */
  readonly attempt?: string;
  /** False: whoever asks next is given them as well. */
  readonly isHeld?: boolean;
  readonly waitSeconds?: number;
}

export class Client {
  readonly sdk: SQSClient;
  readonly #ledger: Ledger;
  readonly #watch: Watch;
  readonly #url: string;

  constructor(ledger: Ledger, url: string, watch: Watch) {
    this.#ledger = ledger;
    this.#watch = watch;
    this.#url = url;
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    this.sdk = new SQSClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 });
  }

  urlOf(queue: string): string {
    return `${this.#url}/000000000000/${queue}`;
  }

  /** Any call; what it answers. */
  async ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const promise = call();
    this.#watch.asked();
    try {
      return await promise;
    } catch (error) {
      if (this.#watch.isEnding && !isRefusal(error)) throw new Unanswered();
      throw error;
    } finally {
      this.#watch.answered();
    }
  }

  async send(place: Place, letters: readonly Letter[]): Promise<void> {
    const [queue = ""] = place.queues;
    const QueueUrl = this.urlOf(queue);
    const [first] = letters;
    for (const letter of letters) this.#ledger.sending(letter);
    if (letters.length === 1 && first !== undefined) {
      const command = new SendMessageCommand({ QueueUrl, ...contentOf(first) });
      const answer = await this.ask(() => this.sdk.send(command));
      this.#sent(place, first, answer);
      return;
    }
    const Entries = letters.map((letter, index) => ({ Id: `${index}`, ...contentOf(letter) }));
    const command = new SendMessageBatchCommand({ QueueUrl, Entries });
    const { Successful = [], Failed = [] } = await this.ask(() => this.sdk.send(command));
    if (Failed.length > 0) throw new Error(`A send was refused: ${JSON.stringify(Failed[0])}`);
    for (const entry of Successful) this.#sent(place, letters[Number(entry.Id)] as Letter, entry);
  }

  #sent(
    place: Place,
    letter: Letter,
    { MessageId = "", SequenceNumber }: Pick<SendMessageResult, "MessageId" | "SequenceNumber">,
  ): void {
    this.#ledger.sent(place, letter, { messageId: MessageId, sequence: SequenceNumber });
  }

  /** What was received; the ledger knows it by then. */
  async receive(place: Place, receive: Receive): Promise<readonly Received[]> {
    const { isHeld = true } = receive;
    const askedAt = this.#ledger.moment();
    const messages = await this.fetch(place, receive);
    this.#ledger.received(place, askedAt, messages, isHeld);
    return messages;
  }

  /** As `receive`, and the ledger is told nothing of what came. */
  async fetch(place: Place, receive: Receive): Promise<readonly Received[]> {
    try {
      return await this.#fetch(receive);
    } catch (error) {
      place.unansweredIn = this.#ledger.life;
      throw error;
    }
  }

  async #fetch({
    queue,
    attempt,
    isHeld = true,
    waitSeconds = 0,
  }: Receive): Promise<readonly Received[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.urlOf(queue),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: isHeld ? HIDDEN_SECONDS : 0,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["SequenceNumber"],
      ...(attempt !== undefined && { ReceiveRequestAttemptId: attempt }),
    });
    const { Messages = [] } = await this.ask(() => this.sdk.send(command));
    return Messages.map((message) => receivedOf(queue, message));
  }

  /** Letters of one queue. Deletes always succeed. */
  async remove(place: Place, letters: readonly Letter[]): Promise<void> {
    const QueueUrl = this.urlOf(queueOf(letters));
    const handles = letters.map(handleOf);
    for (const letter of letters) this.#ledger.intend(letter);
    if (handles.length === 1) {
      const command = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handles[0] });
      await this.ask(() => this.sdk.send(command));
    } else {
      const Entries = handles.map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle }));
      const command = new DeleteMessageBatchCommand({ QueueUrl, Entries });
      const { Failed = [] } = await this.ask(() => this.sdk.send(command));
      if (Failed.length > 0) throw new Error(`A delete was refused: ${JSON.stringify(Failed[0])}`);
    }
    for (const letter of letters) this.#ledger.removed(place, letter);
  }

  /** Letters of one queue; which of them are not in flight. */
  async hide(letters: readonly Letter[], seconds: number): Promise<readonly Letter[]> {
    const handles = letters.map(handleOf);
    const QueueUrl = this.urlOf(queueOf(letters));
    for (const letter of letters) this.#ledger.intend(letter, seconds);
    const refused = new Set<Letter>();
    if (letters.length === 1) {
      const [ReceiptHandle] = handles;
      const input = { QueueUrl, ReceiptHandle, VisibilityTimeout: seconds };
      await this.ask(() =>
        this.sdk.send(new ChangeMessageVisibilityCommand(input)).catch((error: unknown) => {
          if (!NOT_IN_FLIGHT.includes((error as Error).name)) throw error;
          refused.add(letters[0] as Letter);
        }),
      );
    } else {
      const Entries = handles.map((ReceiptHandle, index) => ({
        ...{ Id: `${index}`, ReceiptHandle, VisibilityTimeout: seconds },
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries });
      const { Failed = [] } = await this.ask(() => this.sdk.send(command));
      for (const { Id, Code } of Failed) {
        if (!NOT_IN_FLIGHT.includes(Code)) throw new Error(`A change was refused: ${Code}`);
        refused.add(letters[Number(Id)] as Letter);
      }
    }
    for (const letter of letters) if (!refused.has(letter)) this.#ledger.hidden(letter);
    return [...refused];
  }
}

/** The server answered. One that drains may answer that it does. */
function isRefusal(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return status !== undefined && status < 500;
}

function contentOf(letter: Letter) {
  const { body: MessageBody, group, key } = letter;
  return {
    MessageBody,
    ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: key }),
  };
}

function receivedOf(queue: string, message: Message): Received {
  const { Body = "", MessageId = "", ReceiptHandle = "", Attributes } = message;
  const sequence = Attributes?.SequenceNumber;
  return { queue, body: Body, messageId: MessageId, handle: ReceiptHandle, sequence };
}

function handleOf(letter: Letter): string {
  if (letter.handle === undefined) throw letter.fault("has no handle");
  return letter.handle.text;
}

function queueOf(letters: readonly Letter[]): string {
  return letters[0]?.handle?.queue ?? "";
}
