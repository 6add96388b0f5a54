/** Where a verb works: one queue, as one thread's broker sees it. Types only. */
import type { Catalogue } from "./catalogue.ts";
import type { Member } from "./member.ts";
import type { Room } from "./room.ts";
import type { Waiting } from "./waiting.ts";

/** What the queues of one thread's broker share. */
export interface Desk {
  readonly member: Member;
  readonly catalogue: Catalogue;
  readonly waiting: Waiting;
  readonly room: Room;
}

export interface Place {
  readonly desk: Desk;
  readonly member: Member;
  readonly name: string;
  readonly isFifo: boolean;
  readonly number: number;
  readonly incarnation: number;
  /** Where those wait whose calls come faster than the queue may take them. */
  readonly pace: Room;
}
