/**
 * What engine/ may see of the bindings: the engine of a thread, what goes in and comes out, and the
 * codes it answers with.
 */
export {
  ACTION_DELETE,
  ACTION_RECEIVE,
  ACTION_SEND,
  BATCH_MAX,
  OWNER_CLOSED,
  OWNER_GONE,
  OWNER_OPEN,
  RESULT_APPLIED,
  RESULT_EXPIRED,
  RESULT_GONE,
  RESULT_STALE,
  RESULT_TOO_LONG,
  STATUS_CHANGED,
  STATUS_CLOSED,
  STATUS_FULL,
  STATUS_GONE,
  STATUS_LIMIT,
  STATUS_STALE,
} from "../assembly/layout.ts";
export { BESIDE_BYTES, type Beside } from "./beside.ts";
export { Candidates } from "./candidates.ts";
export { Checksum, checksumOf, STRIPE_BYTES } from "./checksum.ts";
export {
  ENTRY_BYTES_MAX,
  type FifoSettings,
  IMAGE_BYTES,
  type QueueSettings,
  type ReadEntry,
  type ShardTotals,
} from "./descriptors.ts";
export { type BellPlace, bellOf, ringAt } from "./doorbell.ts";
export type { Part } from "./drain.ts";
export { RESTATE_MAX } from "./effects.ts";
export { Engine } from "./engine.ts";
export { LOOK_COUNT, LOOK_DELAYED, LOOK_OLDEST, LOOK_TIMER } from "./gauges.ts";
export { EngineTrap } from "./guard.ts";
export { HELD_MAX, type Held } from "./held.ts";
export { type Identity, SECRET_BYTES } from "./identity.ts";
export { DEDUPLICATION, GROUP, Inbox, SENDER, TRACE } from "./inbox.ts";
export type { LastIndex } from "./lastIndex.ts";
export type { Foreign, Loaded } from "./load.ts";
export {
  LOG_ATTEMPT,
  LOG_HEAD,
  LOG_HOWS,
  LOG_KINDS,
  LOG_MESSAGE,
  LOG_NODES_FIRST,
  LOG_PART,
  LOG_RECORD,
  LOG_RECORD_BYTES,
  LOG_STATES,
  LOG_VALUE,
} from "./logNumbers.ts";
export { compileFile, loadModule } from "./module.ts";
export type { MovedSlot } from "./movedSlots.ts";
export { MOVES_MAX } from "./moves.ts";
export { ILL_FORMED, JOINED_CHARACTERS_MAX, REENTERED } from "./outbox.ts";
export { type Outgoing, SHORT_CHARACTERS_MAX, UNMEASURED } from "./outgoing.ts";
export { PEEKED, type PeekPlace, Peeks, type PeekWalk } from "./peeks.ts";
export { PIECES_READY, type Piece, PieceRing } from "./pieceRing.ts";
export { Publisher } from "./publisher.ts";
export { READING, READINGS, type Readings } from "./readings.ts";
export type { Receipt } from "./receipts.ts";
export { JOURNAL_GONE, Registry } from "./registry.ts";
export type {
  EngineCounts,
  EngineIdentity,
  EngineShare,
  EngineSizes,
  Namesake,
  QueueHandle,
} from "./shapes.ts";
export { SharedBlock, sharedNumbers } from "./sharedBlock.ts";
export { SECRET_WORDS, type Tokens } from "./tokens.ts";
export type { WasmModule } from "./webassembly.ts";
