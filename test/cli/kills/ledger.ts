/**
 * The recorder of a server that is killed: outside of it, told what is asked for before it is, and what was
 * answered behind the answer. It throws for what no order of these can explain: something acknowledged that is
 * lost, a delete that was acknowledged and comes to nothing, what nobody sent, what is given to two, a group
 * out of its order, a deduplication id with two messages.
 *
 * A receive proves something only against what was answered before it was asked for; so the ledger's
 * moments are counted, and read at both ends of each call.
 */
import { type Handle, type Letter, mustBeThere, Place } from "./letter.ts";

/** A message as it was received, or looked at. */
export interface Seen {
  readonly body: string;
  readonly messageId: string;
  readonly sequence: string | undefined;
}

export interface Received extends Seen {
  readonly queue: string;
  readonly handle: string;
}

export interface Looked extends Seen {
  readonly isInFlight: boolean;
}

export class Ledger {
  /** How many servers there were. */
  life = 0;
  readonly jobs = new Place("jobs", ["jobs"]);
  readonly fifo = new Place("jobs.fifo", ["jobs.fifo"]);
  readonly moving = new Place("moving", ["fragile", "dead"]);
  readonly places: readonly Place[] = [this.jobs, this.fifo, this.moving];
  readonly counts = { sent: 0, received: 0, removed: 0, hidden: 0, oldHandles: 0, repeats: 0 };
  #now = 0;

  moment(): number {
    this.#now += 1;
    return this.#now;
  }

  /** Behind a letter's place it is said when and in which life something happened. */
  tell(letter: Letter, event: string): void {
    letter.tell(`life ${this.life}, moment ${this.#now}: ${event}`);
  }

  /** It is about to be sent, or sent again. */
  sending(letter: Letter): void {
    letter.sentIn = this.life;
    this.tell(letter, "sending");
  }

  /** Sending it was answered; again, when it was sent again with its deduplication id. */
  sent(place: Place, letter: Letter, { messageId, sequence }: Omit<Seen, "body">): void {
    this.tell(letter, `sent, as ${messageId} ${sequence ?? ""}`);
    this.#identify(letter, messageId, sequence);
    this.counts.sent += 1;
    letter.sentAt ??= this.moment();
    if (letter.group === undefined) return;
    const group = place.group(letter.group);
    const { answered } = group;
    if (answered !== undefined && answered.number > letter.number) return;
    if (answered !== undefined && answered !== letter && !isBehind(letter, answered)) {
      throw letter.fault(`has no greater sequence number than ${answered.key}`);
    }
    group.answered = letter;
  }

  /**
   * An answer to a receive that was asked for at that moment. `isHeld`: nobody else is given them for as long
   * as this test can take.
   */
  received(place: Place, askedAt: number, messages: readonly Received[], isHeld: boolean): void {
    const letters = messages.map((message) => this.#recognise(place, message));
    if (new Set(letters).size < letters.length) throw new Error("An answer has a message twice.");
    letters.forEach((letter, index) => {
      this.tell(letter, `received, asked for at ${askedAt}`);
      this.#checkReceive(letter, askedAt);
      if (place.isFifo) this.#checkOrder(place, letter, letters.slice(0, index), askedAt);
    });
    const now = this.moment();
    letters.forEach((letter, index) => {
      const { queue, handle: text } = messages[index] as Received;
      // A Standard queue gives out what may be lost yet, when nobody was told that it was sent.
      if (place.isFifo || letter.sentIn < this.life) letter.sentAt ??= now;
      letter.wasReceived = true;
      letter.releasedIn = undefined;
      if (letter.isRemoving) letter.intent = undefined;
      if (isHeld) this.hold(letter, { queue, text, life: this.life }, place.isFifo);
    });
    this.counts.received += letters.length;
  }

  hold(letter: Letter, handle: Handle, isKept: boolean): void {
    letter.handle = handle;
    letter.hold = { life: this.life, isKept };
  }

  /** A removal, or a change of visibility, is about to be asked for. */
  intend(letter: Letter, seconds?: number): void {
    this.moment();
    this.tell(letter, seconds === undefined ? "removing" : `hiding for ${seconds} s`);
    letter.intents += 1;
    letter.intent = { seconds, handle: letter.handle, life: this.life };
    if (seconds === 0) letter.hold = undefined;
    if (letter.handle !== undefined && letter.handle.life < this.life) this.counts.oldHandles += 1;
  }

  removed(place: Place, letter: Letter): void {
    letter.removedAt = this.moment();
    letter.intent = undefined;
    letter.handle = undefined;
    this.tell(letter, "removed");
    this.counts.removed += 1;
    place.forget(letter);
  }

  hidden(letter: Letter): void {
    const { seconds, handle } = letter.intent ?? {};
    this.moment();
    this.tell(letter, `hidden for ${seconds} s`);
    letter.intent = undefined;
    this.counts.hidden += 1;
    const isAgain = letter.handle !== handle;
    letter.releasedIn = seconds === 0 && !isAgain ? this.life : undefined;
    if (seconds !== 0) letter.hold = { life: this.life, isKept: true };
    // It may have been received again by now.
    else if (!isAgain) letter.handle = undefined;
  }

  /** Nobody has a handle of it any more, and what was asked for stays unknown. */
  letGo(letter: Letter): void {
    letter.handle = undefined;
    if (!letter.isRemoving) letter.intent = undefined;
    if (letter.hold?.isKept === false) letter.hold = undefined;
  }

  /** All that a place has, seen while nobody changes it. What was not known before is known then. */
  inspected(place: Place, messages: readonly Looked[]): void {
    const there = new Map<Letter, Looked>();
    for (const message of messages) {
      const letter = this.#recognise(place, message);
      if (there.has(letter)) throw letter.fault("is there twice");
      checkLooked(place, letter, message);
      there.set(letter, message);
    }
    for (const letter of [...place.live]) {
      if (!there.has(letter) && mustBeThere(letter)) throw letter.fault("is lost");
    }
    checkGroups([...there.keys()]);
    for (const letter of [...place.live]) this.#settle(place, letter, there.has(letter));
  }

  #settle(place: Place, letter: Letter, isThere: boolean): void {
    this.tell(letter, isThere ? "seen" : "not there");
    if (isThere) {
      letter.sentAt ??= this.moment();
      // Who has a handle asks again.
      if (letter.isRemoving && letter.handle === undefined) letter.intent = undefined;
    } else if (letter.isRemoving) this.removed(place, letter);
    else if (letter.group === undefined || letter.isGivenUp) {
      letter.isAbsent = true;
      place.forget(letter);
    }
  }

  #recognise(place: Place, { body, messageId, sequence }: Seen): Letter {
    const letter = place.of(body);
    if (letter === undefined) throw new Error(`Nobody sent ${body.slice(0, 100)}.`);
    if (letter.body !== body) throw letter.fault(`has another body, ${body.slice(0, 100)}`);
    this.#identify(letter, messageId, sequence);
    return letter;
  }

  #identify(letter: Letter, messageId: string, sequence: string | undefined): void {
    letter.messageId ??= messageId;
    if (letter.messageId !== messageId) throw letter.fault(`is another message, ${messageId}`);
    const number = sequence === undefined ? undefined : BigInt(sequence);
    letter.sequence ??= number;
    if (letter.sequence !== number) throw letter.fault(`has another sequence number, ${number}`);
  }

  #checkReceive(letter: Letter, askedAt: number): void {
    const { removedAt, hold, isAbsent } = letter;
    if (removedAt !== undefined && removedAt < askedAt) throw letter.fault("came back");
    if (isAbsent) throw letter.fault("came out of nothing");
    if (hold !== undefined && (hold.isKept || hold.life === this.life)) {
      throw letter.fault("was given out, and was hidden");
    }
  }

  /** What stands before it in its group comes with it, in front, or is gone. */
  #checkOrder(place: Place, letter: Letter, before: readonly Letter[], askedAt: number): void {
    const group = place.group(letter.group ?? "");
    for (const other of group.letters) {
      if (other.number >= letter.number) break;
      const isKnown = other.sentAt !== undefined && other.sentAt < askedAt;
      if (isKnown && mustBeThere(other) && !before.includes(other)) {
        throw letter.fault(`was given out before ${other.key}`);
      }
    }
    const { received } = group;
    if (!letter.wasReceived && received !== undefined && received.number > letter.number) {
      throw letter.fault(`was given out behind ${received.key}`);
    }
    if (received === undefined || received.number < letter.number) group.received = letter;
  }
}

function isBehind({ sequence = 0n }: Letter, { sequence: other = 0n }: Letter): boolean {
  return sequence > other;
}

/** It may be there, and in that state. */
function checkLooked(place: Place, letter: Letter, { isInFlight }: Looked): void {
  if (letter.removedAt !== undefined) throw letter.fault("is there, and was removed");
  const isHidden = letter.hold?.isKept === true;
  if (isHidden && !isInFlight) throw letter.fault("is visible, and was hidden");
  const isVisible = (letter.releasedIn ?? 0) > place.unansweredIn;
  if (isVisible && isInFlight) throw letter.fault("is hidden, and was made visible");
}

/** Letters as a queue has them: within a group in the order of their sends. */
function checkGroups(letters: readonly Letter[]): void {
  const last = new Map<string, Letter>();
  for (const letter of letters) {
    if (letter.group === undefined) continue;
    const before = last.get(letter.group);
    if (before !== undefined && !(letter.number > before.number && isBehind(letter, before))) {
      throw letter.fault(`stands behind ${before.key}`);
    }
    last.set(letter.group, letter);
  }
}
