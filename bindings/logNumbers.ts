/**
 * Where things stand in the log's entries, for who reads them in JavaScript: kinds, offsets from an
 * entry's begin (of records: from the record's), sizes. The numbers are those of assembly/layout.ts.
 */
import * as layout from "../assembly/layout.ts";

/** Codes of kinds; from `foreign` on an entry says nothing of messages. */
export const LOG_KINDS = {
  part: layout.LOG_PART,
  message: layout.LOG_MESSAGE,
  received: layout.LOG_RECEIVED,
  removed: layout.LOG_REMOVED,
  hidden: layout.LOG_HIDDEN,
  departed: layout.LOG_DEPARTED,
  arrived: layout.LOG_ARRIVED,
  cut: layout.LOG_CUT,
  nodes: layout.LOG_NODES,
  attempt: layout.LOG_ATTEMPT,
  resync: layout.LOG_RESYNC,
  resynced: layout.LOG_RESYNCED,
  slots: layout.LOG_SLOTS,
  foreign: layout.LOG_FOREIGN,
} as const;

export const LOG_HEAD = {
  bytes: layout.LOG_BYTES,
  kind: layout.LOG_KIND,
  count: layout.LOG_COUNT,
  extra: layout.LOG_EXTRA,
  size: layout.LOG_HEAD_BYTES,
} as const;

export const LOG_PART = {
  shard: layout.PART_SHARD,
  incarnation: layout.PART_INCARNATION,
  operation: layout.PART_OPERATION,
  nowMs: layout.PART_NOW,
  sequence: layout.PART_SEQUENCE,
  purgeSequence: layout.PART_PURGE_SEQUENCE,
  received: layout.PART_RECEIVED,
  births: layout.PART_BIRTHS,
  totals: layout.PART_TOTALS,
  size: layout.LOG_PART_BYTES,
  goesOn: layout.PART_GOES_ON,
  isShort: layout.PART_IS_SHORT,
} as const;

export const LOG_MESSAGE = {
  slot: layout.LOGGED_SLOT,
  state: layout.LOGGED_STATE,
  sequence: layout.LOGGED_SEQUENCE,
  birth: layout.LOGGED_BIRTH,
  sentAtMs: layout.LOGGED_SENT_AT,
  dueMs: layout.LOGGED_DUE,
  receives: layout.LOGGED_RECEIVES,
  firstReceiveMs: layout.LOGGED_FIRST_RECEIVE,
  lastReceiveMs: layout.LOGGED_LAST_RECEIVE,
  source: layout.LOGGED_SOURCE,
  movedAfterMs: layout.LOGGED_MOVED_AFTER_MS,
  flags: layout.LOGGED_FLAGS,
  bodyBytes: layout.LOGGED_BODY_BYTES,
  attributesBytes: layout.LOGGED_ATTRIBUTES_BYTES,
  groupBytes: layout.LOGGED_GROUP_BYTES,
  deduplicationBytes: layout.LOGGED_DEDUPLICATION_BYTES,
  traceBytes: layout.LOGGED_TRACE_BYTES,
  senderBytes: layout.LOGGED_SENDER_BYTES,
  how: layout.LOGGED_HOW,
  birthBefore: layout.LOGGED_BIRTH_BEFORE,
  size: layout.LOG_MESSAGE_BYTES,
  hashBytes: layout.LOG_HASH_BYTES,
} as const;

/** Codes of a message's state, and of how it came to be in the log. */
export const LOG_STATES = {
  ready: layout.SLOT_READY,
  inFlight: layout.SLOT_IN_FLIGHT,
  delayed: layout.SLOT_DELAYED,
} as const;
export const LOG_HOWS = {
  sent: layout.HOW_SENT,
  admitted: layout.HOW_ADMITTED,
  restated: layout.HOW_RESTATED,
} as const;

/** Offsets in a record, and how long records of each kind are. */
export const LOG_RECORD = {
  slot: layout.EFFECT_SLOT,
  receives: layout.EFFECT_RECEIVES,
  sequence: layout.EFFECT_SEQUENCE,
  dueMs: layout.EFFECT_DUE,
  firstReceiveMs: layout.EFFECT_FIRST_RECEIVE,
  lastReceiveMs: layout.EFFECT_LAST_RECEIVE,
  targetIncarnation: layout.EFFECT_TARGET_INCARNATION,
  departedBirth: layout.EFFECT_DEPARTED_BIRTH,
  flags: layout.EFFECT_FLAGS,
  order: layout.EFFECT_ORDER,
  nodeSequence: layout.EFFECT_NODE_SEQUENCE,
  nodeBirth: layout.EFFECT_NODE_BIRTH,
} as const;
export const LOG_RECORD_BYTES = {
  received: layout.LOG_RECEIVED_BYTES,
  removed: layout.LOG_REMOVED_BYTES,
  hidden: layout.LOG_HIDDEN_BYTES,
  departed: layout.LOG_DEPARTED_BYTES,
  arrived: layout.LOG_ARRIVED_BYTES,
  node: layout.LOG_NODE_BYTES,
  receipt: layout.LOG_RECEIPT_BYTES,
  slots: layout.LOG_SLOTS_BYTES,
} as const;

export const LOG_VALUE = layout.LOG_VALUE;
export const LOG_NODES_FIRST = layout.LOG_NODES_FIRST;

export const LOG_ATTEMPT = {
  operation: layout.LOGGED_ATTEMPT_OPERATION,
  sinceMs: layout.LOGGED_ATTEMPT_SINCE,
  key: layout.LOGGED_ATTEMPT_KEY,
  dueMs: layout.LOGGED_ATTEMPT_DUE,
  receipts: layout.LOGGED_ATTEMPT_RECEIPTS,
} as const;
