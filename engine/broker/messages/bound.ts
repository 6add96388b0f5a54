/**
 * The verbs of a queue as they are now, whatever stands in for them later: for who stands in and calls
 * them. Own thread only.
 */
import type { SyncQueue } from "../../types.ts";
import type { Verbs } from "./queueInternals.ts";

export function boundVerbs(verbs: Verbs): Verbs {
  return {
    send: verbs.send.bind(verbs),
    sendBatch: verbs.sendBatch.bind(verbs),
    receive: verbs.receive.bind(verbs),
    delete: verbs.delete.bind(verbs),
    deleteBatch: verbs.deleteBatch.bind(verbs),
    changeVisibility: verbs.changeVisibility.bind(verbs),
  };
}

export function boundSync(sync: SyncQueue): SyncQueue {
  return {
    send: sync.send.bind(sync),
    sendBatch: sync.sendBatch.bind(sync),
    receive: sync.receive.bind(sync),
    receiveBlocking: sync.receiveBlocking.bind(sync),
    delete: sync.delete.bind(sync),
    changeVisibility: sync.changeVisibility.bind(sync),
  };
}
