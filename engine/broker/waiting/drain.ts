/** Waits until a broker's queues are empty, for a close that was asked to. The closing thread's. */
import type { Catalogue, Known } from "../catalogue/catalogue.ts";
import type { Member } from "../threads/member.ts";

const LOOK_MS = 10;

/** Until no queue has a visible message or one in flight, `mostMs` milliseconds at the longest. */
export async function drain(member: Member, catalogue: Catalogue, mostMs: number): Promise<void> {
  const deadlineMs = member.nowMs() + mostMs;
  const isBusy = (known: Known): boolean => {
    const counts = member.engine.count(known, member.nowMs());
    return counts !== undefined && counts.visible + counts.inFlight > 0;
  };
  while (member.isOpen && member.nowMs() < deadlineMs && catalogue.all().some(isBusy)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
