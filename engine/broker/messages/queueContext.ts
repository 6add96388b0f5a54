/** Where a verb works: one queue, as one thread's broker sees it. Types only. */
import type { QueueHandle } from "../../../bindings/index.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Acknowledgements } from "../durable/acknowledgements.ts";
import type { Member } from "../threads/member.ts";
import type { CapacityWait } from "../waiting/capacityWait.ts";
import type { Waiting } from "../waiting/waiting.ts";

/** What the queues of one thread's broker share. */
export interface SharedContext {
  readonly member: Member;
  readonly catalogue: Catalogue;
  readonly waiting: Waiting;
  readonly capacity: CapacityWait;
  /** Who waits until what he did is durable. */
  readonly acknowledgements: Acknowledgements;
}

export interface QueueContext {
  readonly shared: SharedContext;
  readonly member: Member;
  readonly name: string;
  readonly isFifo: boolean;
  readonly queue: QueueHandle;
  /** Where those wait whose calls come faster than the queue may take them. */
  readonly pace: CapacityWait;
}
