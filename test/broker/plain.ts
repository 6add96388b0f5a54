/**
 * A queue as a plain array: what a Standard queue must do, said as simply as it can be said. Time is
 * a parameter; nothing is indexed, nothing is clever. A receive may return any visible messages, so
 * the model is told which ones were returned and says whether that may be.
 */
export interface PlainMessage {
  readonly body: string;
  readonly sentAtMs: number;
  firstReceivedAtMs: number;
  lastReceivedAtMs: number;
  receiveCount: number;
  /** Not visible before this moment. */
  hiddenUntilMs: number;
}

const TWELVE_HOURS_MS = 43_200_000;

export class PlainQueue {
  visibilityMs: number;
  delayMs: number;
  retentionMs: number;
  messages: PlainMessage[] = [];
  sent = 0;
  received = 0;

  constructor(visibilityMs: number, delayMs: number, retentionMs: number) {
    this.visibilityMs = visibilityMs;
    this.delayMs = delayMs;
    this.retentionMs = retentionMs;
  }

  /** What is past its retention is gone. */
  pass(nowMs: number): void {
    this.messages = this.messages.filter(({ sentAtMs }) => sentAtMs + this.retentionMs > nowMs);
  }

  send(body: string, nowMs: number, delayMs = this.delayMs): void {
    this.sent++;
    this.messages.push({
      body,
      sentAtMs: nowMs,
      firstReceivedAtMs: 0,
      lastReceivedAtMs: 0,
      receiveCount: 0,
      hiddenUntilMs: nowMs + delayMs,
    });
  }

  visible(nowMs: number): PlainMessage[] {
    return this.messages.filter(({ hiddenUntilMs }) => hiddenUntilMs <= nowMs);
  }

  /** The message of this body was returned by a receive; what it should look like. */
  receive(body: string, nowMs: number, visibilityMs = this.visibilityMs): PlainMessage {
    const message = this.visible(nowMs).find((one) => one.body === body);
    if (message === undefined) throw new Error(`"${body}" is not visible in the model`);
    this.received++;
    message.receiveCount++;
    if (message.receiveCount === 1) message.firstReceivedAtMs = nowMs;
    message.lastReceivedAtMs = nowMs;
    message.hiddenUntilMs = nowMs + visibilityMs;
    return message;
  }

  /** Whether the message is there, and was received again after the receive with this count. */
  isOlder(body: string, receiveCount: number): boolean {
    return this.messages.some((one) => one.body === body && one.receiveCount > receiveCount);
  }

  /** True when the message is still there, whoever received it last. */
  delete(body: string): boolean {
    const index = this.messages.findIndex((one) => one.body === body);
    if (index >= 0) this.messages.splice(index, 1);
    return index >= 0;
  }

  /** By the handle of any receive. */
  hide(body: string, visibilityMs: number, nowMs: number): "applied" | "gone" | "too long" {
    const message = this.messages.find((one) => one.body === body);
    if (message === undefined) return "gone";
    if (nowMs + visibilityMs > message.lastReceivedAtMs + TWELVE_HOURS_MS) return "too long";
    message.hiddenUntilMs = nowMs + visibilityMs;
    return "applied";
  }

  counts(nowMs: number): {
    visible: number;
    inFlight: number;
    delayed: number;
    oldestSentAtMs: number | undefined;
  } {
    const hidden = this.messages.filter(({ hiddenUntilMs }) => hiddenUntilMs > nowMs);
    return {
      visible: this.messages.length - hidden.length,
      inFlight: hidden.filter(({ receiveCount }) => receiveCount > 0).length,
      delayed: hidden.filter(({ receiveCount }) => receiveCount === 0).length,
      oldestSentAtMs: this.messages[0]?.sentAtMs,
    };
  }
}
