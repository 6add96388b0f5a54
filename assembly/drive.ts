/**
 * A victim for the tests that kill threads: sends, receives and deletes in a loop that never leaves
 * WebAssembly. No part of the engine: a module of its own over the same memory, which imports the
 * engine's exports, so that what is cut is the release binary itself. What it notes of its work
 * goes to another memory, by two functions it imports too: `mark` stores the byte 1, `put` a word.
 */
import {
  CONTENT_NOT_GATHERED,
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  RECEIVE_BODY_BYTES,
  RECEIVE_BYTES,
  RECEIVE_COUNT,
  RECEIVE_OFFSET,
  RECEIVE_SEQUENCE,
  RECEIVE_SLOT,
  RESULT_APPLIED,
  SEND_BODY_BYTES,
  SEND_BYTES,
  SEND_DELAY_MS,
  SEND_SEQUENCE,
  SEND_SLOT,
  THREAD_BUFFER,
  THREAD_HANDLES,
  THREAD_OUT_OPERATION,
  THREAD_RECEIVES,
  THREAD_SENDS,
  THREAD_STAGING,
} from "./layout";

declare function send(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32;
declare function receive(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  now: f64,
): i32;
declare function remove(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32;
declare function mark(at: u32): void;
declare function put(at: u32, value: u32): void;

/** What `put` says at `noteAt` while the thread is inside a call. */
const IN_NOTHING: u32 = 0;
const IN_SEND: u32 = 1;
const IN_RECEIVE: u32 = 2;
const IN_REMOVE: u32 = 3;
const IN_NOTING: u32 = 4;

/** Between two rounds, in milliseconds. */
const ROUND_MS: f64 = 0.01;

/** Bodies of one byte value each into staging, and their send records. */
function stage(area: usize, batch: u32, bodyBytes: u32, tag: u32): void {
  for (let index: u32 = 0; index < batch; index++) {
    const record = area + THREAD_SENDS + index * SEND_BYTES;
    store<u32>(record, bodyBytes, SEND_BODY_BYTES);
    store<f64>(record, -1, SEND_DELAY_MS);
    memory.fill(area + THREAD_STAGING + index * bodyBytes, (tag + index) as u8, bodyBytes);
  }
}

/** False when a sequence lies past the ledger. */
function noteSent(area: usize, sent: i32, first: u64, span: u32, ledger: u32): bool {
  for (let index = 0; index < sent; index++) {
    const sequence = load<u64>(area + THREAD_SENDS + index * SEND_BYTES, SEND_SEQUENCE);
    const place = (sequence - first) as u32;
    if (place >= span) return false;
    mark(ledger + place);
  }
  return true;
}

/** A received message's receipt becomes a handle; a body whose ends differ is noted. */
function take(area: usize, index: u32, first: u64, ledger: u32, noteAt: u32): void {
  const record = area + THREAD_RECEIVES + index * RECEIVE_BYTES;
  const handle = area + THREAD_HANDLES + index * HANDLE_BYTES;
  const sequence = load<u64>(record, RECEIVE_SEQUENCE);
  store<u32>(handle, load<u32>(record, RECEIVE_SLOT), HANDLE_SLOT);
  store<u32>(handle, load<u32>(record, RECEIVE_COUNT), HANDLE_COUNT);
  store<u64>(handle, sequence, HANDLE_SEQUENCE);
  mark(ledger + ((sequence - first) as u32));
  const bytes = load<u32>(record, RECEIVE_BODY_BYTES);
  const offset = load<i32>(record, RECEIVE_OFFSET);
  if (offset === CONTENT_NOT_GATHERED || bytes === 0) return;
  const body = area + THREAD_BUFFER + offset;
  if (load<u8>(body) !== load<u8>(body + bytes - 1)) put(noteAt + 4, 1);
}

function noteDeleted(area: usize, count: i32, first: u64, ledger: u32): void {
  for (let index = 0; index < count; index++) {
    const handle = area + THREAD_HANDLES + index * HANDLE_BYTES;
    if (load<u32>(handle, HANDLE_RESULT) !== RESULT_APPLIED) continue;
    mark(ledger + ((load<u64>(handle, HANDLE_SEQUENCE) - first) as u32));
  }
}

/**
 * `rounds` rounds of `batch` messages; 0 when sequences passed `start + span`. Byte `sequence -
 * start` is marked from `ledger` on when a send has returned, `span` further before a delete, and
 * again `span` further when it applied.
 */
export function drive(
  thread: u32,
  area: usize,
  queue: u32,
  incarnation: u32,
  batch: u32,
  bodyBytes: u32,
  rounds: u32,
  start: f64,
  span: u32,
  ledger: u32,
  noteAt: u32,
  from: f64,
): i32 {
  const first = start as u64;
  let now = from;
  for (let round: u32 = 0; round < rounds; round++) {
    now += ROUND_MS;
    stage(area, batch, bodyBytes, round);
    store<u32>(area + THREAD_SENDS, 0, SEND_SLOT);
    put(noteAt, IN_SEND);
    const sent = send(thread, queue, incarnation, batch, now);
    put(noteAt, IN_NOTHING);
    if (!noteSent(area, sent, first, span, ledger)) return 0;
    store<f64>(area, 0, THREAD_OUT_OPERATION);
    put(noteAt, IN_RECEIVE);
    const got = receive(thread, queue, incarnation, batch, -1, now);
    put(noteAt, IN_NOTHING);
    for (let index = 0; index < got; index++) take(area, index, first, ledger + span, noteAt);
    if (got <= 0) continue;
    store<f64>(area, 0, THREAD_OUT_OPERATION);
    put(noteAt, IN_REMOVE);
    remove(thread, queue, incarnation, got, now);
    put(noteAt, IN_NOTING);
    noteDeleted(area, got, first, ledger + 2 * span);
    put(noteAt, IN_NOTHING);
  }
  return 1;
}
