/**
 * The attendant's part for `queue.sync`: the same faults and the same events, but for delays, since these
 * calls can't wait. Of a send it tells no id: the synchronous face makes none. Own thread only.
 */
import type { Body, Message, MessageBatchShape, SendEntry, SyncQueue } from "../types.ts";
import type { Attendant } from "./attendant.ts";
import { textOf } from "./bodies.ts";

export function syncStandIn(attendant: Attendant, sync: SyncQueue): SyncQueue {
  const tellSent = (bodies: readonly (Body | SendEntry)[], count: number): void => {
    for (let index = 0; index < count; index++) {
      attendant.tell("sent", { body: textOf(bodies[index] as Body | SendEntry) });
    }
  };
  const received = (batch: MessageBatchShape, count: number): number => {
    const messages = Array.from({ length: count }, (_, index) => batch.message(index));
    for (const message of attendant.tellReceived(messages)) {
      sync.changeVisibility(batch, 0, messages.indexOf(message));
    }
    return count;
  };
  /** The messages that a call names. */
  const named = (batch: MessageBatchShape, index: number | undefined): [number, Message][] => {
    const all = index === undefined ? [...Array(batch.length).keys()] : [index];
    return all.map((at) => [at, batch.message(at)]);
  };
  return {
    send(body, options) {
      attendant.checkNow("SendMessage", true);
      const isSent = sync.send(body, options);
      if (isSent) tellSent([body], 1);
      return isSent;
    },
    sendBatch(bodies, count) {
      attendant.checkNow("SendMessageBatch", false);
      const sent = sync.sendBatch(bodies, count);
      tellSent(bodies, sent);
      return sent;
    },
    receive(into, max, visibilityTimeout) {
      attendant.checkNow("ReceiveMessage", true);
      return received(into, sync.receive(into, max, visibilityTimeout));
    },
    receiveBlocking(into, max, timeoutMs) {
      attendant.checkNow("ReceiveMessage", true);
      return received(into, sync.receiveBlocking(into, max, timeoutMs));
    },
    delete(from, index) {
      attendant.checkNow(index === undefined ? "DeleteMessageBatch" : "DeleteMessage", true);
      let deleted = 0;
      for (const [at, message] of named(from, index)) {
        if (attendant.losesDelete(message)) deleted += 1;
        else {
          deleted += sync.delete(from, at);
          attendant.tellHandle("deleted", message);
        }
      }
      return deleted;
    },
    changeVisibility(from, visibilityTimeout, index) {
      attendant.checkNow("ChangeMessageVisibility", true);
      const changed = sync.changeVisibility(from, visibilityTimeout, index);
      for (const [, message] of named(from, index)) {
        attendant.tellHandle("visibilityChanged", message, { visibilityTimeout });
      }
      return changed;
    },
  };
}
