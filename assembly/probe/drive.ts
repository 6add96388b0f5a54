/**
 * A victim for the tests that kill threads: sends, receives and deletes in a loop that never leaves
 * WebAssembly. No part of the engine: a module of its own over the same memory, which imports the
 * engine's exports, so that what is cut is the release binary itself. What it notes of its work
 * goes to another memory, by two functions it imports too: `mark` stores the byte 1, `put` a word.
 * Messages are known by their birth ids, which stay when a message moves. In a FIFO queue a body is
 * the lower byte of its group's number throughout, and each delivery is written down.
 */
import { ReceiveRecord, SendRecord } from "../ground/records";
import {
  CONTENT_NOT_GATHERED,
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_HELD,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  RESULT_APPLIED,
  THREAD_BUFFER,
  THREAD_HANDLES,
  THREAD_OUT_COUNT,
  THREAD_OUT_EXHAUSTED,
  THREAD_OUT_OPERATION,
  THREAD_RECEIVES,
  THREAD_SENDS,
  THREAD_STAGING,
} from "../layout";

declare function send(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32;
declare function receive(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  now: f64,
): i32;
declare function receiveAttempt(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  attemptBytes: u32,
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

/** Behind `noteAt`: what is wrong with a message, and how many deliveries are written down. */
const NOTE_WRONG: u32 = 4;
const NOTE_LOGGED: u32 = 20;
const MIXED: u32 = 1;
const FOREIGN: u32 = 2;

const LOG_BYTES: u32 = 16;
const LOG_DEAD: u32 = 0x1_0000;

/** Between two rounds, in milliseconds. */
const ROUND_MS: f64 = 0.01;
const GROUP_BYTES: u32 = 2;
const ID_BYTES: u32 = 8;
/** Every so-manieth message has an id that other threads use too. */
const SHARED_EVERY: u32 = 4;
/** Every so-manieth receive of a FIFO queue is an attempt that other threads repeat. */
const ATTEMPT_EVERY: u32 = 4;
/** Every so-manieth receive is of the dead-letter queue. */
const DEAD_EVERY: u32 = 4;

let thread: u32 = 0;
let area: usize = 0;
let queue: u32 = 0;
let incarnation: u32 = 0;
let dead: u32 = 0;
let deadIncarnation: u32 = 0;
let batch: u32 = 0;
let bodyBytes: u32 = 0;
let groups: u32 = 0;
let keepEvery: u32 = 0;
let first: u64 = 0;
let span: u32 = 0;
let marksAt: u32 = 0;
let noteAt: u32 = 0;
let logAt: u32 = 0;
let logMost: u32 = 0;
let logged: u32 = 0;
let ids: u32 = 0;

/** Who works on which queue; `ofDead` 0: it has no dead-letter queue. */
export function aim(by: u32, at: usize, to: u32, ofQueue: u32, deadTo: u32, ofDead: u32): void {
  thread = by;
  area = at;
  queue = to;
  incarnation = ofQueue;
  dead = deadTo;
  deadIncarnation = ofDead;
}

/** `ofGroups` 0: a Standard queue. Of `keep` receives one is not followed by a delete; 0: all are. */
export function shape(size: u32, bytes: u32, ofGroups: u32, keep: u32): void {
  batch = size;
  bodyBytes = bytes;
  groups = ofGroups;
  keepEvery = keep;
}

/**
 * Byte `birth - start` is marked from `marks` on when a send has returned, `places` further before a
 * delete, and again `places` further when it applied. Then come words: the delete's operation number.
 */
export function record(start: f64, places: u32, marks: u32, note: u32, log: u32, most: u32): void {
  first = start as u64;
  span = places;
  marksAt = marks;
  noteAt = note;
  logAt = log;
  logMost = most;
}

/** Bodies of one byte value each into staging, and their send records. */
function stage(tag: u32): void {
  const isFifo = groups !== 0;
  let at = area + THREAD_STAGING;
  for (let index: u32 = 0; index < batch; index++) {
    const send = SendRecord.at(area + THREAD_SENDS, index);
    const value = isFifo ? 1 + ((tag * 7 + index * 3) % groups) : tag + index;
    send.bodyBytes = bodyBytes;
    send.delayMs = -1;
    if (isFifo) {
      send.groupBytes = GROUP_BYTES as u16;
      send.deduplicationBytes = ID_BYTES as u16;
      store<u16>(at, value as u16);
      const number = ids++;
      store<u32>(at + GROUP_BYTES, number);
      store<u32>(at + GROUP_BYTES, number % SHARED_EVERY === 0 ? 0 : thread + 1, 4);
      at += GROUP_BYTES + ID_BYTES;
    }
    memory.fill(at, value as u8, bodyBytes);
    at += bodyBytes;
  }
}

/** Where in the ledger a message stands; `span` and a note when it is none of this round's. */
function placeOf(birth: u64): u32 {
  const place = birth - first;
  if (birth >= first && place < (span as u64)) return place as u32;
  put(noteAt + NOTE_WRONG, FOREIGN);
  return span;
}

/** False when a message lies outside the ledger. */
function noteSent(sent: i32): bool {
  for (let index = 0; index < sent; index++) {
    const place = placeOf(SendRecord.at(area + THREAD_SENDS, index).birth);
    if (place === span) return false;
    mark(marksAt + place);
  }
  return true;
}

/** A body that was gathered has ends that differ, or is of another group than it says: noted. */
function check(record: ReceiveRecord): void {
  const bytes = record.bodyBytes;
  const offset = record.offset;
  if (offset === CONTENT_NOT_GATHERED || bytes === 0) return;
  const content = area + THREAD_BUFFER + offset;
  const groupBytes: u32 = record.groupBytes;
  const idBytes: u32 = record.deduplicationBytes;
  const body = content + groupBytes + idBytes;
  const value = load<u8>(body);
  const isMixed = value !== load<u8>(body + bytes - 1);
  const isOther = groupBytes !== 0 && value !== load<u8>(content);
  if (isMixed || isOther) put(noteAt + NOTE_WRONG, MIXED);
}

/** 0: its content was not gathered with the others. */
function groupOf(record: ReceiveRecord): u32 {
  const offset = record.offset;
  return offset === CONTENT_NOT_GATHERED ? 0 : load<u16>(area + THREAD_BUFFER + offset);
}

/** A received message's receipt becomes a handle. */
function take(index: u32): void {
  const record = ReceiveRecord.at(area + THREAD_RECEIVES, index);
  const handle = area + THREAD_HANDLES + index * HANDLE_BYTES;
  store<u32>(handle, record.slot, HANDLE_SLOT);
  store<u32>(handle, record.count, HANDLE_COUNT);
  store<u64>(handle, record.sequence, HANDLE_SEQUENCE);
  store<u32>(handle, 0, HANDLE_HELD);
  store<u32>(handle, 0, HANDLE_RESULT);
}

/** Whether one section brought all of them, none was dropped since, and all contents are here. */
function isWhole(got: u32): bool {
  if (load<u32>(area, THREAD_OUT_COUNT) !== got) return false;
  if (load<u32>(area, THREAD_OUT_EXHAUSTED) !== 0) return false;
  for (let index: u32 = 0; index < got; index++) {
    const record = ReceiveRecord.at(area + THREAD_RECEIVES, index);
    if (record.offset === CONTENT_NOT_GATHERED) return false;
  }
  return true;
}

/** Operation 0: not known. */
function logDeliveries(got: u32, isDead: bool): void {
  const operation = isWhole(got) ? (load<f64>(area, THREAD_OUT_OPERATION) as u32) : 0;
  for (let index: u32 = 0; index < got; index++) {
    const record = ReceiveRecord.at(area + THREAD_RECEIVES, index);
    const at = logAt + (logged + index) * LOG_BYTES;
    put(at, placeOf(record.birth));
    put(at + 4, record.sequence as u32);
    put(at + 8, operation);
    put(at + 12, groupOf(record) | (isDead ? LOG_DEAD : 0));
  }
  logged += got;
  put(noteAt + NOTE_LOGGED, logged);
}

function noteTaken(count: u32, part: u32): void {
  for (let index: u32 = 0; index < count; index++) {
    const record = ReceiveRecord.at(area + THREAD_RECEIVES, index);
    mark(marksAt + part * span + placeOf(record.birth));
  }
}

/** What was received is still in the receive records. */
function noteDeleted(count: u32): void {
  const operation = load<f64>(area, THREAD_OUT_OPERATION) as u32;
  for (let index: u32 = 0; index < count; index++) {
    const handle = area + THREAD_HANDLES + index * HANDLE_BYTES;
    if (load<u32>(handle, HANDLE_RESULT) !== RESULT_APPLIED) continue;
    const record = ReceiveRecord.at(area + THREAD_RECEIVES, index);
    const place = placeOf(record.birth);
    put(marksAt + 3 * span + 4 * place, operation);
    mark(marksAt + 2 * span + place);
  }
}

function sendSome(round: u32, now: f64): bool {
  stage(round);
  SendRecord.at(area + THREAD_SENDS, 0).slot = 0;
  put(noteAt, IN_SEND);
  const sent = send(thread, queue, incarnation, batch, now);
  put(noteAt, IN_NOTHING);
  return noteSent(sent);
}

function receiveSome(round: u32, isDead: bool, now: f64): i32 {
  const isAttempt = groups !== 0 && !isDead && round % ATTEMPT_EVERY === 0;
  const from = isDead ? dead : queue;
  const born = isDead ? deadIncarnation : incarnation;
  store<f64>(area, 0, THREAD_OUT_OPERATION);
  store<u32>(area, 0, THREAD_OUT_EXHAUSTED);
  store<u32>(area + THREAD_STAGING, round);
  put(noteAt, IN_RECEIVE);
  const got = isAttempt
    ? receiveAttempt(thread, from, born, batch, -1, 4, now)
    : receive(thread, from, born, batch, -1, now);
  put(noteAt, IN_NOTHING);
  return got;
}

function removeSome(got: u32, isDead: bool, now: f64): void {
  noteTaken(got, 1);
  store<f64>(area, 0, THREAD_OUT_OPERATION);
  put(noteAt, IN_REMOVE);
  remove(thread, isDead ? dead : queue, isDead ? deadIncarnation : incarnation, got, now);
  put(noteAt, IN_NOTING);
  noteDeleted(got);
  put(noteAt, IN_NOTHING);
}

/** So many rounds of one batch; 0 when there is no room left to write down what happens. */
export function drive(rounds: u32, from: f64): i32 {
  let now = from;
  for (let round: u32 = 0; round < rounds; round++) {
    now += ROUND_MS;
    if (!sendSome(round, now)) return 0;
    if (logged + batch > logMost) return 0;
    const isDead = deadIncarnation !== 0 && round % DEAD_EVERY === DEAD_EVERY - 1;
    const got = receiveSome(round, isDead, now);
    if (got <= 0) continue;
    for (let index = 0; index < got; index++) {
      take(index);
      check(ReceiveRecord.at(area + THREAD_RECEIVES, index));
    }
    if (groups !== 0) logDeliveries(got, isDead);
    if (keepEvery !== 0 && round % keepEvery === 0) continue;
    removeSome(got, isDead, now);
  }
  return 1;
}
