/**
 * The numbers of the shared memory: where everything lies, how wide it is, what each code means.
 * The only file that both compilers read, so it must remain portable: integer constants below
 * 2^31, made with + - * << | alone; no division, function, enum or import. An offset is the one before
 * plus a width, or, in slots, blocks and other small records, the number itself. docs/LAYOUT.md draws
 * what stands here; test/repository/layout.test.ts compares them, and finds fields that overlap.
 *
 *   0        null page (never used: address 0 and index 0 mean "none")
 *   64 KiB   header, then, at the bases the header names:
 *            threads | queues | shards | pages | slots | wheel, age and chain links | free slots | arena
 */

export const LAYOUT_VERSION = 1;
/** "Sluc" read as a little-endian word. */
export const LAYOUT_MAGIC = 0x63756c53;

// --- Units -----------------------------------------------------------------------------------

export const PAGE_BYTES = 65536;
export const PAGE_BYTES_LOG2 = 16;
export const MEMORY_PAGES_MAX = 65535;
export const LINE_BYTES = 64;
/** The most messages one section touches: a section has no loop, so its steps are unrolled. */
export const SECTION_STEPS = 10;
/** The most messages one call handles; the caller's records hold as many. */
export const BATCH_MAX = 256;

// --- Header (one page) -----------------------------------------------------------------------

export const HEADER = PAGE_BYTES;
export const HEADER_MAGIC = 0;
export const HEADER_VERSION = HEADER_MAGIC + 4;
export const HEADER_MEMORY_PAGES = HEADER_VERSION + 4;
export const HEADER_THREADS_MAX = HEADER_MEMORY_PAGES + 4;
export const HEADER_QUEUES_MAX = HEADER_THREADS_MAX + 4;
/** Slots are numbered from 1; this is the highest number. */
export const HEADER_SLOTS_MAX = HEADER_QUEUES_MAX + 4;
/** Arena pages are numbered from 1; this is the highest number. */
export const HEADER_PAGES_MAX = HEADER_SLOTS_MAX + 4;
export const HEADER_THREADS_BASE = HEADER_PAGES_MAX + 4;
export const HEADER_QUEUES_BASE = HEADER_THREADS_BASE + 4;
export const HEADER_SHARDS_BASE = HEADER_QUEUES_BASE + 4;
export const HEADER_PAGES_BASE = HEADER_SHARDS_BASE + 4;
export const HEADER_SLOTS_BASE = HEADER_PAGES_BASE + 4;
export const HEADER_WHEEL_LINKS_BASE = HEADER_SLOTS_BASE + 4;
export const HEADER_AGE_LINKS_BASE = HEADER_WHEEL_LINKS_BASE + 4;
export const HEADER_CHAIN_LINKS_BASE = HEADER_AGE_LINKS_BASE + 4;
export const HEADER_ARENA_BASE = HEADER_CHAIN_LINKS_BASE + 4;

/** Line 1: identity of this memory. Two 128-bit keys, for receipts and for ids and hashes. */
export const HEADER_SECRET = LINE_BYTES;
export const HEADER_SECRET_BYTES = 32;
export const HEADER_EPOCH = HEADER_SECRET + HEADER_SECRET_BYTES;
/** Version of the hash that group and deduplication ids are stored under. */
export const HEADER_HASH_VERSION = HEADER_EPOCH + 4;
/** Shards a queue is given when it is made; 1 until sharding is built. */
export const HEADER_SHARDS_PER_QUEUE = HEADER_HASH_VERSION + 4;
/** One more base: line 0 is full. */
export const HEADER_FREE_SLOTS_BASE = HEADER_SHARDS_PER_QUEUE + 4;
/** Raised by who finds memory full: all others then give back what they have in stock. */
export const HEADER_WANTED = HEADER_FREE_SLOTS_BASE + 4;

/** Line 2: life of the broker. */
export const HEADER_OWNER_STATE = LINE_BYTES * 2;
export const HEADER_OWNER_THREAD = HEADER_OWNER_STATE + 4;
/** 0: every thread counts from HEADER_ANCHOR; 1: all read HEADER_VIRTUAL_NOW. */
export const HEADER_CLOCK_MODE = HEADER_OWNER_THREAD + 4;
export const HEADER_VIRTUAL_NOW = HEADER_CLOCK_MODE + 4 + 4;
/** Queues made so far; the next one's incarnation is one more. Under the catalogue lock. */
export const HEADER_INCARNATIONS = HEADER_VIRTUAL_NOW + 8;
/** The highest descriptor ever used; those above have never been touched. */
export const HEADER_QUEUES_BUMP = HEADER_INCARNATIONS + 4;
/** The steward's thread number plus 1; 0 while there is none. */
export const HEADER_STEWARD = HEADER_QUEUES_BUMP + 4;
/** The broker's time is the machine's monotonic count plus this; written once, by the opener. */
export const HEADER_ANCHOR = HEADER_STEWARD + 4 + 4;
/** Birth ids given out so far, BIRTHS_RESERVED at a time to a thread; 64-bit, atomic. */
export const HEADER_BIRTHS = LINE_BYTES * 3;
/** 1: queues that are made write down what their sections do; set before the first one is made. */
export const HEADER_JOURNAL = HEADER_BIRTHS + 8;
/** The journal's thread number plus 1; 0 while there is none. */
export const HEADER_JOURNAL_THREAD = HEADER_JOURNAL + 4;
/** A bit a thread that waits until something is durable; 64-bit, atomic. */
export const HEADER_JOURNAL_PENDING = HEADER_JOURNAL_THREAD + 4;
/** Blocks of effects in all rings; atomic. */
export const HEADER_EFFECT_BLOCKS = HEADER_JOURNAL_PENDING + 8;
/** The CATALOGUE_VERSION up to which all changes are durable. */
export const HEADER_CATALOGUE_DURABLE = HEADER_EFFECT_BLOCKS + 4;
/** 1 while the journal thread sleeps on its doorbell or is about to. */
export const HEADER_JOURNAL_ASLEEP = HEADER_CATALOGUE_DURABLE + 4;
/** One of the JOURNAL codes. */
export const HEADER_JOURNAL_STATE = HEADER_JOURNAL_ASLEEP + 4;
/** 1 while the disk has no room for new messages. */
export const HEADER_JOURNAL_LOW = HEADER_JOURNAL_STATE + 4;
/** How many times a sync was asked for, and the last of these that is done. */
export const HEADER_SYNC_ASKED = HEADER_JOURNAL_LOW + 4;
export const HEADER_SYNC_DONE = HEADER_SYNC_ASKED + 4;

export const JOURNAL_RUNS = 0;
/** All that was done is durable, and nothing more will be. */
export const JOURNAL_ENDED = 1;
/** It can't go on; why stands in the journal thread's staging: bytes (u32), then UTF-8. */
export const JOURNAL_FAILED = 2;

export const OWNER_OPEN = 1;
export const OWNER_CLOSED = 2;
export const OWNER_GONE = 3;

/** Lines 4 and 5: the catalogue. Its lock has the shape every lock has. */
export const HEADER_CATALOGUE = LINE_BYTES * 4;
/** Raised by every change; a thread whose copy is older reads the descriptors again. */
export const CATALOGUE_VERSION = LINE_BYTES;

/** Lines 6 to 8, then the classes: the arena. */
export const HEADER_ARENA = LINE_BYTES * 6;
export const ARENA_SLOTS_BUMP = LINE_BYTES;
/** Free slots below the bump: the height of the stack at HEADER_FREE_SLOTS_BASE. */
export const ARENA_SLOTS_FREE_COUNT = ARENA_SLOTS_BUMP + 4;
export const ARENA_PAGES_BUMP = ARENA_SLOTS_FREE_COUNT + 4;
export const ARENA_PAGES_FREE = ARENA_PAGES_BUMP + 4;
export const ARENA_PAGES_FREE_COUNT = ARENA_PAGES_FREE + 4;
/** A record a class, written once when the memory is made. */
export const ARENA_CLASSES = LINE_BYTES * 2;
export const CLASS_RECORD_BYTES = 32;
export const CLASS_BYTES = 0;
export const CLASS_PER_PAGE = 4;
/** The first of the pages that have a free block of this class. */
export const CLASS_PAGES = 8;
/** Most blocks of this class that a magazine holds. */
export const CLASS_HELD_MAX = 12;
/** 2^32 / bytes, rounded up: an offset times this, shifted right by 32, is a block's number. */
export const CLASS_RECIPROCAL = 16;

// --- Locks and phases --------------------------------------------------------------------------

/** 0 is free; else the owner's thread number plus 1, and the bits below. */
export const LOCK_WORD = 0;
/** What the owner is in the middle of; plain stores, since only the owner's own order matters. */
export const LOCK_PHASE = 4;
/** What a section cut short needs to know to be undone. */
export const LOCK_INTENT = 8;
export const LOCK_THREAD_MASK = 0xff;
export const LOCK_WAITERS = 0x100;
export const LOCK_RECOVERING = 0x200;

export const PHASE_IDLE = 0x5effffff;
export const PHASE_BEGIN_COMMIT = 0x5e000001;
export const PHASE_BEGIN_CLAIM = 0x5e000002;
export const PHASE_BEGIN_REMOVE = 0x5e000003;
export const PHASE_BEGIN_HIDE = 0x5e000004;
export const PHASE_BEGIN_EXPIRE = 0x5e000005;
export const PHASE_BEGIN_SWEEP = 0x5e000006;
export const PHASE_BEGIN_CUT = 0x5e000007;
export const PHASE_BEGIN_GROW = 0x5e000008;
export const PHASE_BEGIN_SHRINK = 0x5e000009;
export const PHASE_BEGIN_SLOTS_TAKE = 0x5e00000a;
export const PHASE_BEGIN_SLOTS_GIVE = 0x5e00000b;
export const PHASE_BEGIN_BLOCKS_TAKE = 0x5e00000c;
export const PHASE_BEGIN_BLOCKS_GIVE = 0x5e00000d;
export const PHASE_BEGIN_PAGES_TAKE = 0x5e00000e;
export const PHASE_BEGIN_PAGES_GIVE = 0x5e00000f;
export const PHASE_BEGIN_CATALOGUE = 0x5e000010;
export const PHASE_BEGIN_COMMIT_DELAYED = 0x5e000011;
export const PHASE_BEGIN_CASCADE = 0x5e000012;
export const PHASE_BEGIN_DEPART = 0x5e000013;
export const PHASE_BEGIN_ARRIVE = 0x5e000014;
export const PHASE_BEGIN_ADMIT = 0x5e000015;
export const PHASE_BEGIN_DRAIN = 0x5e000016;
export const PHASE_BEGIN_COMMIT_FIFO = 0x5e000020;
export const PHASE_BEGIN_CLAIM_FIFO = 0x5e000021;
export const PHASE_BEGIN_REMOVE_FIFO = 0x5e000022;
export const PHASE_BEGIN_HIDE_FIFO = 0x5e000023;
export const PHASE_BEGIN_EXPIRE_FIFO = 0x5e000024;
export const PHASE_BEGIN_SWEEP_FIFO = 0x5e000025;
export const PHASE_BEGIN_RELEASE = 0x5e000026;
export const PHASE_BEGIN_ATTEMPT = 0x5e000027;
export const PHASE_BEGIN_RETIRE = 0x5e000028;
export const PHASE_BEGIN_GROUPS_GROW = 0x5e000029;
export const PHASE_BEGIN_GROUPS_SHRINK = 0x5e00002a;
export const PHASE_BEGIN_TABLE_GROW = 0x5e00002b;
export const PHASE_BEGIN_TABLE_SPLIT = 0x5e00002c;
export const PHASE_BEGIN_TABLE_SHRINK = 0x5e00002d;
export const PHASE_BEGIN_WINDOW_GROW = 0x5e00002e;
export const PHASE_BEGIN_WINDOW_SHRINK = 0x5e00002f;
export const PHASE_BEGIN_ADMIT_FIFO = 0x5e000030;
export const PHASE_BEGIN_THROTTLE = 0x5e000040;
export const PHASE_BEGIN_INSPECT = 0x5e000041;
export const PHASE_BEGIN_EFFECTS_GROW = 0x5e000050;
export const PHASE_BEGIN_EFFECTS_SHRINK = 0x5e000051;
export const PHASE_BEGIN_RESTATE = 0x5e000052;
export const PHASE_BEGIN_RESYNC = 0x5e000054;
export const PHASE_BEGIN_RESYNC_NODES = 0x5e000056;
export const PHASE_BEGIN_PART = 0x5e000055;

// --- Statuses ----------------------------------------------------------------------------------

/** Counts are 0 or more; what is below 0 is one of these. */
export const STATUS_FULL = -1;
export const STATUS_GONE = -2;
export const STATUS_STALE = -3;
/** Somebody else changed it first: read again and retry. */
export const STATUS_CHANGED = -4;
/** The owner closed the broker or died. */
export const STATUS_CLOSED = -5;
export const STATUS_LIMIT = -6;

/** Results in a handle record. */
export const RESULT_APPLIED = 1;
export const RESULT_STALE = 2;
export const RESULT_GONE = 3;
/** The message would be hidden for more than twelve hours after its receive. */
export const RESULT_TOO_LONG = 4;
/** FIFO: nobody received it since, but the receipt's time is over. */
export const RESULT_EXPIRED = 5;

// --- Thread record -----------------------------------------------------------------------------

export const THREADS_MAX = 64;
export const THREAD_BYTES = PAGE_BYTES * 4;

export const THREAD_STATE = 0;
/** Rung (raised by one, then notified) when a queue this thread waits for has something. */
export const THREAD_DOORBELL = THREAD_STATE + 4;
/** A block or page this thread holds outside magazines, slots and descriptors. */
export const THREAD_HAND = THREAD_DOORBELL + 4;
/** ROLE_STEWARD while this thread never blocks and never runs foreign code; else 0. */
export const THREAD_ROLE = THREAD_HAND + 4;
/** What the last section of this thread reported. */
export const THREAD_OUT_OPERATION = THREAD_ROLE + 4;
export const THREAD_OUT_NOW = THREAD_OUT_OPERATION + 8;
export const THREAD_OUT_COUNT = THREAD_OUT_NOW + 8;
/** Steps the last section made that delivered nothing (dropped entries, wheel steps). */
export const THREAD_OUT_DROPPED = THREAD_OUT_COUNT + 4;
export const THREAD_OUT_READY = THREAD_OUT_DROPPED + 4;
export const THREAD_OUT_ERROR = THREAD_OUT_READY + 4;
/** Visible, in flight, delayed (u32 each); behind the next word sentAt of the oldest message (f64, NaN: none). */
export const THREAD_OUT_VISIBLE = THREAD_OUT_ERROR + 4;
export const THREAD_OUT_IN_FLIGHT = THREAD_OUT_VISIBLE + 4;
export const THREAD_OUT_DELAYED = THREAD_OUT_IN_FLIGHT + 4;
/** Of the last move: messages that the journal does not hold yet and that stay a moment longer. */
export const THREAD_OUT_HELD_BACK = THREAD_OUT_DELAYED + 4;
export const THREAD_OUT_OLDEST_SENT_AT = THREAD_OUT_HELD_BACK + 4;
/** Sequences that the last expire or sweep section moved or removed: SECTION_STEPS of f64. */
export const THREAD_OUT_SEQUENCES = LINE_BYTES * 2;

/** Birth ids this thread may still give out: next and limit, 64-bit. */
export const THREAD_BIRTH_NEXT = THREAD_OUT_OLDEST_SENT_AT + 8;
export const THREAD_BIRTH_LIMIT = THREAD_BIRTH_NEXT + 8;
export const BIRTHS_RESERVED = 1024;
/** Written by read-modify-write alone, to order what stands before and behind it. */
export const THREAD_FENCE = THREAD_BIRTH_LIMIT + 8;
/** The HEADER_WANTED that this thread gave back its stock for. */
export const THREAD_GIVEN = THREAD_FENCE + 4;
/** Sizes of the batch being sent: sum, least, greatest (u32 each). */
export const THREAD_SIZES = THREAD_GIVEN + 4;
/** Incarnation of the queue that this thread takes messages from to move them; recovery reads it. */
export const THREAD_MOVE_SOURCE = THREAD_SIZES + 12;
/** How many of the slots below a claim found to be received too often: they are to be moved. */
export const THREAD_OUT_EXHAUSTED = THREAD_MOVE_SOURCE + 4;
/** Of the last move: messages that had no queue to go to and went back to their own. */
export const THREAD_OUT_RETURNED = THREAD_OUT_EXHAUSTED + 4;
/** The virtual time (f64) from which on this thread is to be rung; 0: whenever it moves. */
export const THREAD_ALARM = THREAD_OUT_RETURNED + 4;
/**
 * Slots that the last section took out and that this thread must free, or that it claimed in order
 * to move them: SECTION_STEPS of u32.
 */
export const THREAD_OUT_SLOTS = THREAD_OUT_SEQUENCES + SECTION_STEPS * 8;

/** One bit a queue: woken for it. */
export const THREAD_DIRTY = LINE_BYTES * 4;
export const THREAD_DIRTY_BYTES = 512;

/** Free slots this thread holds, last in first out: a count, then the slots. */
export const THREAD_SLOTS_COUNT = THREAD_DIRTY + THREAD_DIRTY_BYTES;
export const THREAD_SLOTS = THREAD_SLOTS_COUNT + 4;
export const THREAD_SLOTS_MAX = 40;

/** The receive attempt in hand: its key, the node found for it, else its bucket and its version. */
export const THREAD_ATTEMPT = LINE_BYTES * 15;
export const THREAD_ATTEMPT_NODE = THREAD_ATTEMPT + 16;
export const THREAD_ATTEMPT_BUCKET = THREAD_ATTEMPT_NODE + 4;
export const THREAD_ATTEMPT_VERSION = THREAD_ATTEMPT_BUCKET + 4;
/** Partitions that the call in hand touches: SECTION_STEPS of u16. */
export const THREAD_PARTITIONS = THREAD_ATTEMPT_VERSION + 4;

/** Free blocks this thread holds, one magazine a class: a count each, then the addresses. */
export const THREAD_BLOCKS_COUNTS = LINE_BYTES * 16;
export const THREAD_BLOCKS = THREAD_BLOCKS_COUNTS + 256;
/** Most blocks of one class in a magazine; large classes hold fewer (BLOCKS_HELD_BYTES_MAX). */
export const THREAD_BLOCKS_MAX = 40;
export const BLOCKS_HELD_BYTES_MAX = 65536;

/** Where each of THREAD_OUT_SLOTS shall move: flags and target queue as its state word has them. */
export const THREAD_OUT_TARGETS = LINE_BYTES * 148;
/** Their targets' incarnations: SECTION_STEPS of u32. */
export const THREAD_OUT_INCARNATIONS = THREAD_OUT_TARGETS + SECTION_STEPS * 4;
/** A random word while this thread runs message move tasks; it ends with the thread. */
export const THREAD_RUNNER = THREAD_OUT_INCARNATIONS + SECTION_STEPS * 4;
/** What was read ahead, summed up: nobody reads it. */
export const THREAD_SCOUTED = THREAD_RUNNER + 4;
/** Held records from this one on are empty. */
export const THREAD_HELD_USED = THREAD_SCOUTED + 4;
/** The steward looks at this thread's held records at least so often; 0: as often as it does anyway. */
export const THREAD_HELD_LOOK_MS = THREAD_HELD_USED + 4;

export const THREAD_SENDS = PAGE_BYTES - 53248;
export const THREAD_HANDLES = THREAD_SENDS + 20480;
/** The walk of a peek. */
export const THREAD_PEEK = THREAD_HANDLES + 8192;
/** What the journal's thread drains, and what a thread that loads a log is at. */
export const THREAD_DRAIN = THREAD_PEEK + LINE_BYTES * 2;
export const THREAD_LOAD = THREAD_DRAIN + LINE_BYTES * 4;
/** Receipts that a handler in this thread still works on, for the steward's heartbeats: BATCH_MAX. */
export const THREAD_HELD = PAGE_BYTES - 16384;
export const THREAD_HELD_BYTES = 16384;
export const THREAD_RECEIVES = PAGE_BYTES;
/** What JavaScript writes for the engine to copy: bodies and what goes with them. */
export const THREAD_STAGING = THREAD_RECEIVES + 28672;
export const THREAD_STAGING_BYTES = 36864;
/** Where received contents are gathered, back to back. */
export const THREAD_BUFFER = PAGE_BYTES * 2;
export const THREAD_BUFFER_BYTES = PAGE_BYTES * 2;

export const THREAD_FREE = 0;
export const THREAD_ALIVE = 1;
export const THREAD_DEAD = 2;
export const ROLE_STEWARD = 1;

// Send record: what one message to be sent looks like.
export const SEND_BYTES = 80;
/** Out: the slot that was prepared. */
export const SEND_SLOT = 0;
export const SEND_BODY_BYTES = SEND_SLOT + 4;
export const SEND_ATTRIBUTES_BYTES = SEND_BODY_BYTES + 4;
/** BODY_ASCII and BODY_TEXT. */
export const SEND_FLAGS = SEND_ATTRIBUTES_BYTES + 4;
/** Whole milliseconds (i32); below 0: the queue's delay. */
export const SEND_DELAY_MS = SEND_FLAGS + 4;
/** What the attributes count towards the message's size; read where there are attributes. */
export const SEND_ATTRIBUTES_SIZE = SEND_DELAY_MS + 4;
export const SEND_GROUP_BYTES = SEND_ATTRIBUTES_SIZE + 4;
export const SEND_DEDUPLICATION_BYTES = SEND_GROUP_BYTES + 2;
export const SEND_TRACE_BYTES = SEND_DEDUPLICATION_BYTES + 2;
export const SEND_SENDER_BYTES = SEND_TRACE_BYTES + 2;
/** Out: sequence (u64). */
export const SEND_SEQUENCE = SEND_SENDER_BYTES + 2;
/** Out: the 64-bit birth id that the message id is made from. */
export const SEND_BIRTH = SEND_SEQUENCE + 8;
/** FIFO, found before the lock (Resolve). Of the accepted in its section: which one it is. */
export const SEND_ORDINAL = SEND_BIRTH + 8;
/** The send record of its section that first names this group; the next three fields are its. */
export const SEND_ROOT = SEND_ORDINAL + 4;
/** The group's record, 0 while there is none; then the bucket it would be in, and its version. */
export const SEND_GROUP = SEND_ROOT + 4;
export const SEND_GROUP_BUCKET = SEND_GROUP + 4;
export const SEND_GROUP_VERSION = SEND_GROUP_BUCKET + 4;
/** What it is a duplicate of: a node of the window or a send record of its section; 0: of nothing. */
export const SEND_ORIGINAL = SEND_GROUP_VERSION + 4;
/** The bucket its deduplication node belongs in, 0 when it needs none, and its version. */
export const SEND_NODE_BUCKET = SEND_ORIGINAL + 4;
export const SEND_NODE_VERSION = SEND_NODE_BUCKET + 4;

// Receive record: one message that was claimed, or peeked.
export const RECEIVE_BYTES = 88;
export const RECEIVE_SLOT = 0;
export const RECEIVE_COUNT = RECEIVE_SLOT + 4;
export const RECEIVE_SEQUENCE = RECEIVE_COUNT + 4;
export const RECEIVE_SENT_AT = RECEIVE_SEQUENCE + 8;
export const RECEIVE_FIRST_AT = RECEIVE_SENT_AT + 8;
export const RECEIVE_BIRTH = RECEIVE_FIRST_AT + 8;
/** Where in the receive buffer the content begins; CONTENT_NOT_GATHERED when it did not fit. */
export const RECEIVE_OFFSET = RECEIVE_BIRTH + 8;
export const RECEIVE_BODY_BYTES = RECEIVE_OFFSET + 4;
export const RECEIVE_ATTRIBUTES_BYTES = RECEIVE_BODY_BYTES + 4;
export const RECEIVE_FLAGS = RECEIVE_ATTRIBUTES_BYTES + 4;
export const RECEIVE_GROUP_BYTES = RECEIVE_FLAGS + 4;
export const RECEIVE_DEDUPLICATION_BYTES = RECEIVE_GROUP_BYTES + 2;
export const RECEIVE_TRACE_BYTES = RECEIVE_DEDUPLICATION_BYTES + 2;
export const RECEIVE_SENDER_BYTES = RECEIVE_TRACE_BYTES + 2;
/** Incarnation of the queue it was moved here from; 0: none. */
export const RECEIVE_SOURCE = RECEIVE_SENDER_BYTES + 2;
export const RECEIVE_BLOCK = RECEIVE_SOURCE + 4;
/** The shard it was claimed from. */
export const RECEIVE_SHARD = RECEIVE_BLOCK + 4;
/** Of a peeked message: SLOT_READY, SLOT_IN_FLIGHT or SLOT_DELAYED. */
export const RECEIVE_STATE = RECEIVE_SHARD + 4;
/** Until when the claim hid it, or what hides a peeked message ends (f64). */
export const RECEIVE_DUE = RECEIVE_STATE + 4;
export const CONTENT_NOT_GATHERED = -1;

// Peek record: where a walk through a queue's messages stands, and what it is to bring.
export const PEEK_BYTES = 72;
/** In and out: the message looked at last; 0: the walk begins with the oldest. */
export const PEEK_SLOT = 0;
/** Which states it brings, a bit each: 1 << SLOT_READY and so on. */
export const PEEK_STATES = PEEK_SLOT + 4;
/** Its sequence; this one and the next two are f64. */
export const PEEK_SEQUENCE = PEEK_STATES + 4;
/** What has no greater sequence was looked at before. */
export const PEEK_AFTER = PEEK_SEQUENCE + 8;
/** The newest message that the walk brings; below 0: the newest there is now, which is written here. */
export const PEEK_UNTIL = PEEK_AFTER + 8;
/** Out: how many messages were looked at. */
export const PEEK_LOOKED = PEEK_UNTIL + 8;
/** Out: one of the codes below. */
export const PEEK_OUTCOME = PEEK_LOOKED + 4;
/** FIFO, one group alone: its key (u64, u64), */
export const PEEK_KEY_LOW = PEEK_OUTCOME + 4;
export const PEEK_KEY_HIGH = PEEK_KEY_LOW + 8;
/** its record, 0 while there is none, then the bucket it would be in, and its version. */
export const PEEK_GROUP = PEEK_KEY_HIGH + 8;
export const PEEK_BUCKET = PEEK_GROUP + 4;
export const PEEK_VERSION = PEEK_BUCKET + 4;
/** Bytes of its text, which stands in staging; 0: all groups. */
export const PEEK_GROUP_BYTES = PEEK_VERSION + 4;
/** There may be more behind the message looked at last. */
export const PEEK_GOES_ON = 0;
export const PEEK_ENDED = 1;
/** The message looked at last is gone: the walk has to begin elsewhere. */
export const PEEK_LOST = 2;

// Handle record: one receipt to delete or to change.
export const HANDLE_BYTES = 32;
export const HANDLE_SLOT = 0;
export const HANDLE_COUNT = HANDLE_SLOT + 4;
/** As a count, in a hide of a Standard queue: whichever receive was the last. */
export const HANDLE_COUNT_ANY = 0;
export const HANDLE_SEQUENCE = HANDLE_COUNT + 4;
export const HANDLE_VISIBILITY_MS = HANDLE_SEQUENCE + 8;
/** Out: one of the RESULT codes. */
export const HANDLE_RESULT = HANDLE_VISIBILITY_MS + 8;
/** A hide that applies only while the message's due time is the one this held record knows; 0: none. */
export const HANDLE_HELD = HANDLE_RESULT + 4;

// Held record: a message that a handler of this thread works on. Its own thread writes the first half,
// and clears REFUSED when it publishes; hides and heartbeats write the second.
export const HELD_BYTES = 64;
/** 0: empty. */
export const HELD_SLOT = 0;
export const HELD_COUNT = HELD_SLOT + 4;
export const HELD_SEQUENCE = HELD_COUNT + 4;
/** As the claim set it. */
export const HELD_DUE = HELD_SEQUENCE + 8;
/** What a heartbeat extends to, milliseconds from its moment on; 0: no heartbeat. */
export const HELD_VISIBILITY_MS = HELD_DUE + 8;
export const HELD_INCARNATION = HELD_VISIBILITY_MS + 4;
/** Which message has the due time that follows; where that is another, HELD_DUE is what is known. */
export const HELD_EXTENDED_SEQUENCE = HELD_INCARNATION + 4;
export const HELD_EXTENDED_DUE = HELD_EXTENDED_SEQUENCE + 8;
export const HELD_EXTENDED_COUNT = HELD_EXTENDED_DUE + 8;
export const HELD_EXTENDED_INCARNATION = HELD_EXTENDED_COUNT + 4;
/** Which message a heartbeat could not extend, so that it tries once: its sequence's lower half and count. */
export const HELD_REFUSED = HELD_EXTENDED_INCARNATION + 4;

// --- Queue descriptor --------------------------------------------------------------------------

export const QUEUES_MAX = 4096;
export const QUEUE_BYTES = 256;
export const QUEUE_STATE = 0;
export const QUEUE_INCARNATION = QUEUE_STATE + 4;
export const QUEUE_SHARD_FIRST = QUEUE_INCARNATION + 4;
export const QUEUE_SHARD_COUNT = QUEUE_SHARD_FIRST + 4;
/** The catalogue's entry: a block, swapped by the address alone. */
export const QUEUE_ENTRY = QUEUE_SHARD_COUNT + 4;
export const QUEUE_VERSION = QUEUE_ENTRY + 4;
export const QUEUE_FLAGS = QUEUE_VERSION + 4;
/** f64 milliseconds. */
export const QUEUE_VISIBILITY_MS = QUEUE_FLAGS + 4 + 4;
export const QUEUE_DELAY_MS = QUEUE_VISIBILITY_MS + 8;
export const QUEUE_RETENTION_MS = QUEUE_DELAY_MS + 8;
export const QUEUE_MAXIMUM_BYTES = QUEUE_RETENTION_MS + 8;
/** Dead-letter queue: 0 for none. */
export const QUEUE_RECEIVES_MAX = QUEUE_MAXIMUM_BYTES + 4;
export const QUEUE_TARGET = QUEUE_RECEIVES_MAX + 4;
export const QUEUE_TARGET_INCARNATION = QUEUE_TARGET + 4;
/** Most messages in flight; 0 for no cap. */
export const QUEUE_IN_FLIGHT_MAX = QUEUE_TARGET_INCARNATION + 4;
/** FIFO: most calls a second, of sends, receives and deletes each; 0 for no limit. */
export const QUEUE_CALLS_MAX = QUEUE_IN_FLIGHT_MAX + 4;
/** A line of its own: one bit a waiting thread, and until when some waiter watches the clock. */
export const QUEUE_WAITERS = LINE_BYTES * 2;
export const QUEUE_WATCHED_DUE = QUEUE_WAITERS + 8;

export const QUEUE_FREE = 0;
export const QUEUE_LIVE = 1;
export const QUEUE_DELETED = 2;

export const QUEUE_FLAG_FIFO = 1;
export const QUEUE_FLAG_CONTENT_DEDUPLICATION = 2;
export const QUEUE_FLAG_GROUP_SCOPE = 4;
export const QUEUE_FLAG_GROUP_THROUGHPUT = 8;

// --- Shard -------------------------------------------------------------------------------------

export const SHARD_BYTES = 8192;
/** Line 0: the lock, then the clock and who this is. */
export const SHARD_INCARNATION = LOCK_INTENT + 4;
/** Sections so far: the operation number. */
export const SHARD_OPERATION = SHARD_INCARNATION + 4;
/** Effective now never steps back behind this. */
export const SHARD_NOW = SHARD_OPERATION + 8;
/** A lower bound of the earliest timer; f64 ms, infinity for none. */
export const SHARD_NEXT_DUE = SHARD_NOW + 8;
export const SHARD_WHEEL_TICK = SHARD_NEXT_DUE + 8;
export const SHARD_WHEEL_ARMED = SHARD_WHEEL_TICK + 8;
export const SHARD_QUEUE = SHARD_WHEEL_ARMED + 4;
/** The QUEUE_FLAGS it was made with, by which a rebuild goes, and SHARD_IS_JOURNALED. */
export const SHARD_KIND = SHARD_QUEUE + 4;
/** Its sections write down what they do. */
export const SHARD_IS_JOURNALED = 0x100;
/** Messages in the arrivals: they moved here and have no place in the queue yet. */
export const SHARD_ARRIVED = SHARD_KIND + 4;

/**
 * Line 1: all else that a send and a receive touch: few lines, since each travels between the cores
 * that share a queue.
 */
export const SHARD_SEQUENCE = LINE_BYTES;
/** What has a sequence at or below this is dead. */
export const SHARD_PURGE_SEQUENCE = SHARD_SEQUENCE + 8;
/** The ready ring, a circle of segments. */
export const SHARD_RING_HEAD = SHARD_PURGE_SEQUENCE + 8;
export const SHARD_RING_HEAD_INDEX = SHARD_RING_HEAD + 4;
export const SHARD_RING_TAIL = SHARD_RING_HEAD_INDEX + 4;
export const SHARD_RING_TAIL_INDEX = SHARD_RING_TAIL + 4;
export const SHARD_RING_SEGMENTS = SHARD_RING_TAIL_INDEX + 4;
/** Entries in the ring plus messages that may yet need one: room for all is kept at all times. */
export const SHARD_RING_RESERVED = SHARD_RING_SEGMENTS + 4;
/** The age list's two ends (a link record that is nobody's). */
export const SHARD_AGE = SHARD_RING_RESERVED + 4;
/** The gauges. */
export const SHARD_VISIBLE = SHARD_AGE + 8;
export const SHARD_IN_FLIGHT = SHARD_VISIBLE + 4;
export const SHARD_DELAYED = SHARD_IN_FLIGHT + 4;
/** Slots in the age list, dead ones included. */
export const SHARD_LISTED = SHARD_DELAYED + 4;

/** Line 2: totals since the queue was made, 64-bit. */
export const SHARD_TOTAL_SENT = LINE_BYTES * 2;
export const SHARD_TOTAL_SENT_BYTES = SHARD_TOTAL_SENT + 8;
export const SHARD_SENT_BYTES_MIN = SHARD_TOTAL_SENT_BYTES + 8;
export const SHARD_SENT_BYTES_MAX = SHARD_SENT_BYTES_MIN + 4;
export const SHARD_TOTAL_RECEIVED = SHARD_SENT_BYTES_MAX + 4;
export const SHARD_TOTAL_DELETED = SHARD_TOTAL_RECEIVED + 8;
export const SHARD_TOTAL_EXPIRED = SHARD_TOTAL_DELETED + 8;
export const SHARD_TOTAL_MOVED = SHARD_TOTAL_EXPIRED + 8;
export const SHARD_TOTAL_DEDUPLICATED = SHARD_TOTAL_MOVED + 8;

/** Line 3. Counted outside the lock, atomically: it belongs to a call, not to a section. */
export const SHARD_TOTAL_EMPTY_RECEIVES = LINE_BYTES * 3;
/** Groups with a message in flight (FIFO). */
export const SHARD_GROUPS_IN_FLIGHT = SHARD_TOTAL_EMPTY_RECEIVES + 8;
/** The arrivals' two ends (a link record that is nobody's). */
export const SHARD_ARRIVALS = SHARD_GROUPS_IN_FLIGHT + 4 + 4;

/** Line 7: the wheel. One u64 a level: which spokes may hold somebody; a clear bit means nobody. */
export const SHARD_WHEEL_BITMAPS = LINE_BYTES * 7;
export const SHARD_WHEEL_SPOKES = LINE_BYTES * 8;
export const WHEEL_LEVELS = 6;
export const WHEEL_SPOKES = 64;
export const WHEEL_SPOKES_LOG2 = 6;
/** A spoke's two ends: a link record that is nobody's, meaningless while its bit is clear. */
export const SPOKE_BYTES = 8;
export const SHARD_WHEEL_SPOKES_BYTES = WHEEL_LEVELS * WHEEL_SPOKES * SPOKE_BYTES;

/** FIFO. The ready groups' two ends (a link record that is nobody's). */
export const SHARD_FIFO = SHARD_WHEEL_SPOKES + SHARD_WHEEL_SPOKES_BYTES;
export const FIFO_READY = SHARD_FIFO;
/** The first of the group records that no group uses, and how many there are. */
export const FIFO_FREE = FIFO_READY + 8;
export const FIFO_FREE_COUNT = FIFO_FREE + 4;
/** The oldest message that the queue's delay still holds; 0: none. All behind it wait as well. */
export const FIFO_DELAYED = FIFO_FREE_COUNT + 4;
/** Two windows, of deduplication nodes and of receive attempts: see WINDOW_BYTES. */
export const FIFO_WINDOW = SHARD_FIFO + LINE_BYTES;
export const WINDOW_BYTES = 32;
export const FIFO_ATTEMPTS = FIFO_WINDOW + WINDOW_BYTES;
/** Three hash tables, of groups, nodes and attempts: see TABLE_BYTES. */
export const FIFO_GROUP_TABLE = SHARD_FIFO + LINE_BYTES * 2;
export const TABLE_BYTES = 192;
export const FIFO_WINDOW_TABLE = FIFO_GROUP_TABLE + TABLE_BYTES;
export const FIFO_ATTEMPT_TABLE = FIFO_WINDOW_TABLE + TABLE_BYTES;
export const FIFO_BYTES = LINE_BYTES * 11;
/** A token bucket an action, by its code: when it is full again, nanoseconds since 1970 (u64). */
export const SHARD_RATES = SHARD_FIFO + FIFO_BYTES;
export const RATE_BYTES = 8;
export const ACTION_SEND = 0;
export const ACTION_RECEIVE = 1;
export const ACTION_DELETE = 2;
/**
 * The greatest sequence whose content the journal holds, or need not hold any more; the last operation
 * that is durable; and the last that let messages in which moved here (u64 each).
 */
export const SHARD_JOURNALED = SHARD_RATES + RATE_BYTES * 8;
export const SHARD_DURABLE = SHARD_JOURNALED + 8;
export const SHARD_ADMITTED = SHARD_DURABLE + 8;
/**
 * High throughput: a bucket a partition and action, when it is full again in thirds of a millisecond,
 * modulo 2^32. A queue has as many partitions as its calls need at PARTITION_CALLS a second each.
 */
export const SHARD_PARTITIONS = SHARD_ADMITTED + 8;
export const PARTITION_BYTES = 12;
export const PARTITION_CALLS = 300;
export const PARTITIONS_MAX = 256;

/** The ring of effects. A line of what the shard's sections write: */
export const SHARD_EFFECTS = SHARD_PARTITIONS + PARTITIONS_MAX * PARTITION_BYTES + 40;
/** The block that is written, and (one store for both) the low half of the head that ends its room. */
export const EFFECT_BLOCK = SHARD_EFFECTS;
export const EFFECT_LIMIT = EFFECT_BLOCK + 4;
/** Records written so far (u64); stored last: what lies behind it was never written. */
export const EFFECT_HEAD = EFFECT_LIMIT + 4;
/** As EFFECT_LIMIT, for what leaves the last quarter of the ring to others. */
export const EFFECT_MORE_LIMIT = EFFECT_HEAD + 8;
/** Blocks in the circle. */
export const EFFECT_BLOCKS = EFFECT_MORE_LIMIT + 4;
/** REBUILT: its indexes were made again, so that some effect may be missing; RESYNCING; or 0. */
export const EFFECT_REBUILT = EFFECT_BLOCKS + 4;
/** 1: somebody found no room. */
export const EFFECT_REFUSED = EFFECT_REBUILT + 4;
/** A line of what the journal writes: the next record that it reads, by block and index, and its number. */
export const EFFECT_READ_BLOCK = SHARD_EFFECTS + LINE_BYTES;
export const EFFECT_READ_INDEX = EFFECT_READ_BLOCK + 4;
export const EFFECT_READ = EFFECT_READ_INDEX + 4;
/** The sequence up to which a rebuilt shard is being stated again; then the head behind all of it (u64). */
export const EFFECT_RESYNC_SEQUENCE = EFFECT_READ + 8;
/** The deduplication node that comes next in that, by segment and index. */
export const EFFECT_RESYNC_SEGMENT = EFFECT_RESYNC_SEQUENCE + 8;
export const EFFECT_RESYNC_INDEX = EFFECT_RESYNC_SEGMENT + 4;

// Ring segment: a block of SEGMENT_BYTES; after its header come entries of {slot, sequence}.
export const SEGMENT_BYTES = 4096;
export const SEGMENT_NEXT = 8;
export const SEGMENT_ENTRIES_OFFSET = 16;
export const SEGMENT_ENTRIES = 510;
export const ENTRY_BYTES = 8;
export const ENTRY_SLOT = 0;
export const ENTRY_SEQUENCE = 4;

// Effect block: one of the ring of effects, a block of SEGMENT_BYTES with SEGMENT_NEXT as a segment has it.
/** Records in it, once the writer went on in the next; EFFECT_RECORDS until then. */
export const EFFECT_END = 12;
export const EFFECT_RECORDS_OFFSET = 16;
export const EFFECT_RECORDS = 127;
/** The most records of one section, which lie in one block: head, ten messages, ten nodes. */
export const EFFECT_SECTION_MAX = 21;
/** At least so many records are in a block that was left. */
export const EFFECT_RECORDS_MIN = EFFECT_RECORDS - EFFECT_SECTION_MAX + 1;
export const EFFECT_BLOCKS_MIN = 2;
export const EFFECT_BLOCKS_MAX = 64;
/** Of all rings together, beyond the EFFECT_BLOCKS_MIN of each. */
export const EFFECT_BLOCKS_ALL_MAX = 4096;

// Effect record. The first of a section is its head:
export const EFFECT_BYTES = 32;
/** One of the codes below (u8), how many messages or nodes follow (u8), how many others (u16). */
export const EFFECT_KIND = 0;
export const EFFECT_COUNT = 1;
export const EFFECT_EXTRA = 2;
/** Two bits a message: one of the STATED codes. */
export const EFFECT_STATES = 4;
export const EFFECT_OPERATION = 8;
export const EFFECT_NOW = 16;
export const EFFECT_VALUE = 24;
// A message's:
export const EFFECT_SLOT = 0;
export const EFFECT_RECEIVES = 4;
export const EFFECT_SEQUENCE = 8;
/** f64; 0: at once. */
export const EFFECT_DUE = 16;
/** The id that it has, or had before it was admitted. */
export const EFFECT_BIRTH = 24;
/** Of an admitted one the id that it had before. */
export const EFFECT_BIRTH_BEFORE = 16;
export const EFFECT_FIRST_RECEIVE = 24;
export const EFFECT_LAST_RECEIVE = 28;
/** Of one that departed: its target, its id, and where it stands among those of its section. */
export const EFFECT_TARGET_INCARNATION = 4;
export const EFFECT_DEPARTED_BIRTH = 16;
export const EFFECT_FLAGS = 24;
export const EFFECT_ORDER = 28;
// A deduplication node's: its key, then
export const EFFECT_NODE_SEQUENCE = 16;
export const EFFECT_NODE_BIRTH = 24;
// A receive attempt's: its key, then
export const EFFECT_ATTEMPT_DUE = 16;
/** As of when it is remembered (f64): a repeated one goes by the first time. */
export const EFFECT_ATTEMPT_SINCE = 24;

/** Messages joined the queue, then the nodes that remember them; value: the last sequence behind it. */
export const EFFECT_SENT = 1;
/** Messages are in flight; one more record where it was an attempt. */
export const EFFECT_RECEIVED = 2;
/** Messages are gone. */
export const EFFECT_REMOVED = 3;
/** Messages are hidden until, or visible. */
export const EFFECT_HIDDEN = 4;
/** Messages left for another queue. */
export const EFFECT_DEPARTED = 5;
/** Messages that moved came in; value: the last sequence behind it. */
export const EFFECT_ADMITTED = 6;
/** No record: all up to the sequence `value` is gone; one other: the queue was deleted. */
export const EFFECT_CUT = 7;
/** Messages as they are. */
export const EFFECT_RESTATED = 8;
/** No record: all that there is up to the sequence `value` follows, */
export const EFFECT_RESYNC = 9;
/** and has followed: what was not stated since is gone. */
export const EFFECT_RESYNCED = 10;
/** Deduplication nodes as they are; now: their time. */
export const EFFECT_NODE = 11;
export const REBUILT = 1;
/** It is being stated again, or the journal has not read all of that yet. */
export const RESYNCING = 2;
export const STATED_READY = 0;
export const STATED_IN_FLIGHT = 1;
export const STATED_DELAYED = 2;

// --- Slot --------------------------------------------------------------------------------------

export const SLOT_BYTES = 64;
export const SLOT_BYTES_LOG2 = 6;
/**
 * The state word, 64 bits, stored last and by one store:
 *    63          32 31      16 15     8 7    4 3     0
 *   [receive count | target   | thread | flags | state ]
 */
export const SLOT_WORD = 0;
/** Its low half: state, flags, thread number plus 1, target queue. */
export const SLOT_STATE = 0;
/** Its high half: how often the message was received. */
export const SLOT_COUNT = 4;
export const SLOT_SEQUENCE = 8;
export const SLOT_SENT_AT = 16;
export const SLOT_DUE = 24;
/** Milliseconds after sentAt. */
export const SLOT_FIRST_RECEIVE = 32;
export const SLOT_LAST_RECEIVE = 36;
export const SLOT_BLOCK = 40;
export const SLOT_BODY_BYTES = 44;
export const SLOT_SHARD = 48;
/** FIFO: the record of the group in whose chain it is; 0: in none. MOVING: its target's incarnation. */
export const SLOT_GROUP = 52;
/** Incarnation of the queue that a dead letter came from. */
export const SLOT_SOURCE = 56;
/** When a message that moved here arrived in a Standard queue: milliseconds after sentAt; else 0. */
export const SLOT_MOVED_AFTER_MS = 60;

export const SLOT_FREE = 0;
/** In a thread's magazine. */
export const SLOT_HELD = 1;
/** In a thread's hands: being filled, or taken out and about to be freed. In no list. */
export const SLOT_PREPARED = 2;
export const SLOT_DELAYED = 3;
export const SLOT_READY = 4;
export const SLOT_IN_FLIGHT = 5;
/**
 * Between two queues; the target stands in the state word. It is in the hands of the thread that is
 * named there too; when none is, in the arrivals of its shard, and SLOT_DUE is two words: the
 * incarnation of the queue it departed from, and a number that tells who arrived first.
 */
export const SLOT_MOVING = 6;
/** Past its retention and found so by a receive; the sweep takes it. */
export const SLOT_DEAD = 7;
export const SLOT_STATE_MASK = 0x0f;
/** An entry of this message is in the ready ring. */
export const SLOT_FLAG_RINGED = 0x10;
/** While MOVING: it arrives as if it had just been sent (a redrive). */
export const SLOT_FLAG_FRESH = 0x20;
/** While MOVING: it goes back where it was, and nothing of it changes but its place. */
export const SLOT_FLAG_RETURN = 0x40;
export const SLOT_THREAD_SHIFT = 8;
export const SLOT_THREAD_MASK = 0xff << SLOT_THREAD_SHIFT;
export const SLOT_TARGET_SHIFT = 16;

// Links are addresses of links, and every list is a circle through its owner's end record, so that
// taking one out is four memory accesses and no branch.
export const LINK_NEXT = 0;
export const LINK_PREVIOUS = 4;

// Wheel link, 16 bytes a slot: one circle a spoke.
export const WHEEL_LINK_BYTES = 16;
export const WHEEL_LINK_BYTES_LOG2 = 4;
/** Spoke plus 1 (level * 64 + spoke + 1); 0: not armed. */
export const WHEEL_LINK_SPOKE = 8;
/** Low 32 bits of the due tick: a cascade need not touch the slot. */
export const WHEEL_LINK_DUE = 12;

// Age and chain links, 8 bytes a slot.
export const LIST_LINK_BYTES = 8;
export const LIST_LINK_BYTES_LOG2 = 3;

// --- FIFO: tables, groups, windows ---------------------------------------------------------------

// A hash table that grows by one bucket at a time (linear hashing, Litwin 1980). Root, directories
// and pages of buckets are blocks of SEGMENT_BYTES.
export const TABLE_BUCKETS = 0;
export const TABLE_COUNT = 4;
/** Pages of buckets that it has. */
export const TABLE_PAGES = 8;
export const TABLE_ROOT = 16;
export const TABLE_DIRECTORIES_MAX = 32;
/** A directory: behind the block's state and flags the addresses of pages. */
export const DIRECTORY_PAGES = 1022;
/** A page: behind the block's state and flags buckets of {first node, version}. */
export const PAGE_BUCKETS = 511;
export const BUCKET_FIRST = 0;
export const BUCKET_VERSION = 4;
/** What hangs in a table begins with a 128-bit key, the next of its bucket and who points to it. */
export const NODE_KEY = 0;
export const NODE_NEXT = 16;
export const NODE_BACK = 20;

// A window: nodes in order of time, in a circle of segments; at the head they leave.
export const WINDOW_HEAD = 0;
export const WINDOW_HEAD_INDEX = 4;
export const WINDOW_TAIL = 8;
export const WINDOW_TAIL_INDEX = 12;
export const WINDOW_SEGMENTS = 16;
export const WINDOW_COUNT = 20;
/** A window's segment: state, flags, next, the first sequence in it (for a rebuild), then nodes. */
export const WINDOW_SEGMENT_FIRST = 16;
export const WINDOW_SEGMENT_NODES = 32;
export const DEDUPLICATION_MS = 300000;

/** A node's sequence, stored last: 0 says that there is no node. */
export const NODE_SEQUENCE = 24;
/** f64: when it was made. */
export const NODE_AT = 32;

// Deduplication node: outlives its message.
export const DEDUPLICATION_BYTES = 48;
export const DEDUPLICATION_BIRTH = 40;
export const DEDUPLICATION_NODES = 84;

// Receive attempt: what a ReceiveRequestAttemptId brought. Its sequence is an operation number.
export const ATTEMPT_BYTES = 216;
export const ATTEMPT_COUNT = 40;
/** Until when its messages are hidden; another due says that somebody changed it. */
export const ATTEMPT_DUE = 48;
/** Ten of {slot, receive count, sequence}. */
export const ATTEMPT_RECEIPTS = 56;
export const ATTEMPT_NODES = 18;

// Group: a block of the smallest class, behind its state and flags.
export const GROUP_BYTES = 128;
/** Two u32: its sequence of messages' two ends (a link record that is nobody's). */
export const GROUP_CHAIN = 8;
/** A node of the table of groups. */
export const GROUP_NODE = 16;
/** Its link among the ready groups; next is 0 while it is not ready. */
export const GROUP_READY = 40;
/** The newest message's sequence: a purge behind it ended the whole group. */
export const GROUP_LAST_SEQUENCE = 48;
export const GROUP_IN_FLIGHT = 56;
/** GROUP_USED while a group uses the record; else the next free one. All of it lies in one line. */
export const GROUP_NEXT = 60;
export const GROUP_USED = 1;

// --- Arena: pages and blocks -------------------------------------------------------------------

// Page record, 128 bytes an arena page. State and map are truths, the rest is rebuilt. Which blocks
// are free stands here, densely, and not in the blocks: whoever takes a block that another core
// freed need not read that core's cache line.
export const PAGE_RECORD_BYTES = 128;
export const PAGE_RECORD_BYTES_LOG2 = 7;
/** PAGE_UNUSED, PAGE_WHOLE, or PAGE_CLASSED + class. */
export const PAGE_STATE = 0;
/** Blocks that are not free. */
export const PAGE_USED = 4;
export const PAGE_NEXT = 8;
export const PAGE_PREVIOUS = 12;
/** In a whole page: the content's next page. */
export const PAGE_CHAIN = 16;
/** 1 while in its class's list of pages with room. */
export const PAGE_LISTED = 20;
/** One bit a word of the map: it has a free block. */
export const PAGE_SUMMARY = 24;
/** One bit a block: free. Eight 64-bit words. */
export const PAGE_MAP = LINE_BYTES;
export const PAGE_MAP_WORDS = 8;
export const PAGE_UNUSED = 0;
/** Part of a large content; above it the number plus 1 of the thread that still holds it. */
export const PAGE_WHOLE = 1;
export const PAGE_STATE_MASK = 0xff;
export const PAGE_THREAD_SHIFT = 8;
/** Plus the class. WHOLE carries its holder above PAGE_THREAD_SHIFT, so the two can't meet. */
export const PAGE_CLASSED = 16;

/**
 * Block sizes: 128, then eight steps a doubling, cut so that a page holds a whole number of blocks
 * with little left over. CLASS_n_BYTES are read through BlockClass, never one by one.
 */
export const CLASS_COUNT = 50;
export const BLOCK_BYTES_MAX = 32768;
/** Classes up to 4096 follow a rule (see BlockClass); those above are page fractions. */
export const CLASS_OF_SEGMENT = 40;

// Block header, short where a body is all that the block carries (BODY_PLAIN), with two hashes where
// the message has a group; then the content: group, deduplication id, trace, sender, attributes (one
// msgpackr value), body.
export const BLOCK_HEADER_BYTES = 32;
/** Of a body alone, in one block: up to BLOCK_BIRTH. */
export const BLOCK_PLAIN_BYTES = 16;
/** With a group's hashes. */
export const BLOCK_GROUPED_BYTES = 64;
export const BLOCK_STATE = 0;
/** BODY flags, or what else it serves as. */
export const BLOCK_FLAGS = 4;
export const BLOCK_BIRTH = 8;
/** Second piece of the content, when one block would waste room; 0: none. */
export const BLOCK_TAIL = 16;
/** First of the content's whole pages; 0: none. */
export const BLOCK_PAGE = 20;
export const BLOCK_GROUP_BYTES = 22;
export const BLOCK_DEDUPLICATION_BYTES = 23;
export const BLOCK_TRACE_BYTES = 24;
export const BLOCK_SENDER_BYTES = 26;
export const BLOCK_ATTRIBUTES_BYTES = 28;
export const BLOCK_GROUP_HASH = BLOCK_HEADER_BYTES;
export const BLOCK_DEDUPLICATION_HASH = BLOCK_GROUP_HASH + 16;

/** In use: hung on a slot, a descriptor or a ring. (A free block's state means nothing.) */
export const BLOCK_OUT = 1;
/** Held by the thread whose number plus 1 stands above, in a magazine or in hand. */
export const BLOCK_HELD = 2;
export const BLOCK_THREAD_SHIFT = 8;

/** Every character of the body is one byte: it may be read as latin1. */
export const BODY_ASCII = 1;
/** The body was given as text. */
export const BODY_TEXT = 2;
/** It came into its queue by a move, and lies in the age list behind younger ones. */
export const BODY_MOVED = 4;
/** It is all that the block carries, whose header is the short one. Never changes while the block is a message's. */
export const BODY_PLAIN = 8;
/** A message's receive count when it came into its queue: the limit on receives counts from it. */
export const BLOCK_BASE_SHIFT = 12;
export const BLOCK_BASE_MAX = 0xfffff;
/** Not a message: a ring segment (shard number above), a catalogue entry, a part of a FIFO shard. */
export const BLOCK_IS_SEGMENT = 0x100;
export const BLOCK_IS_ENTRY = 0x200;
export const BLOCK_IS_GROUP = 0x300;
export const BLOCK_IS_GROUP_TABLE = 0x400;
export const BLOCK_IS_WINDOW_TABLE = 0x500;
export const BLOCK_IS_ATTEMPT_TABLE = 0x600;
export const BLOCK_IS_WINDOW = 0x700;
export const BLOCK_IS_ATTEMPTS = 0x800;
export const BLOCK_IS_EFFECTS = 0x900;
export const BLOCK_OWNER_SHIFT = 12;
/** A tail block: its state, a free word, then bytes. */
export const TAIL_HEADER_BYTES = 8;
/**
 * An entry block: state, flags, bytes of the value; then the queue's settings as a descriptor has
 * them (QUEUE_BYTES, so that a change cut short can be made whole from here), then one msgpackr value.
 */
export const ENTRY_VALUE_BYTES = 8;
export const ENTRY_IMAGE = 16;
export const ENTRY_VALUE = ENTRY_IMAGE + QUEUE_BYTES;
export const CONTENT_BYTES_MAX = 4194304;

// --- Log entries -------------------------------------------------------------------------------

// What the journal's log says of messages (docs/JOURNAL.md): entries, each at a multiple of 8 and a
// multiple of 8 long. Its head:
export const LOG_HEAD_BYTES = 8;
/** Of the whole entry. */
export const LOG_BYTES = 0;
/** One of the codes that follow (u8), how many records it has (u8), and what its kind says (u16). */
export const LOG_KIND = 4;
export const LOG_COUNT = 5;
export const LOG_EXTRA = 6;

/** What follows, up to the next of these, is one shard's; what it did up to an operation. */
export const LOG_PART = 1;
/** A message joined, came in, or is as it says. */
export const LOG_MESSAGE = 2;
export const LOG_RECEIVED = 3;
export const LOG_REMOVED = 4;
export const LOG_HIDDEN = 5;
export const LOG_DEPARTED = 6;
/** Came in, and was gone before anything of it was written. */
export const LOG_ARRIVED = 7;
export const LOG_CUT = 8;
export const LOG_NODES = 9;
export const LOG_ATTEMPT = 10;
export const LOG_RESYNC = 11;
export const LOG_RESYNCED = 12;
/** Messages lie in other slots than their receipts say. */
export const LOG_SLOTS = 13;
/** From here on kinds say nothing of messages: the catalogue's, read by JavaScript. */
export const LOG_FOREIGN = 64;

// LOG_PART
export const LOG_PART_BYTES = 128;
export const PART_SHARD = 8;
export const PART_INCARNATION = PART_SHARD + 4;
export const PART_OPERATION = PART_INCARNATION + 4;
/** f64. */
export const PART_NOW = PART_OPERATION + 8;
/** The greatest sequence that was given. */
export const PART_SEQUENCE = PART_NOW + 8;
export const PART_PURGE_SEQUENCE = PART_SEQUENCE + 8;
/** No message up to this one is held back by a FIFO queue's delay: it was received, or a younger one. */
export const PART_RECEIVED = PART_PURGE_SEQUENCE + 8;
/** HEADER_BIRTHS, when it was written. */
export const PART_BIRTHS = PART_RECEIVED + 8;
/** Eight u64: SHARD_TOTAL_SENT, SENT_BYTES, RECEIVED, DELETED, EXPIRED, MOVED, DEDUPLICATED, EMPTY_RECEIVES. */
export const PART_TOTALS = PART_BIRTHS + 8;
/** In LOG_EXTRA. It goes on with the part before; the ring had more, so it has no totals and no purge. */
export const PART_GOES_ON = 1;
export const PART_IS_SHORT = 2;

// LOG_MESSAGE. Behind it, where there is a group, its two hashes (LOG_HASH_BYTES), then the content.
export const LOG_MESSAGE_BYTES = 96;
export const LOG_HASH_BYTES = 32;
export const LOGGED_SLOT = 8;
/** SLOT_READY, SLOT_IN_FLIGHT or SLOT_DELAYED. */
export const LOGGED_STATE = LOGGED_SLOT + 4;
export const LOGGED_SEQUENCE = LOGGED_STATE + 4;
export const LOGGED_BIRTH = LOGGED_SEQUENCE + 8;
/** f64, as the next. */
export const LOGGED_SENT_AT = LOGGED_BIRTH + 8;
export const LOGGED_DUE = LOGGED_SENT_AT + 8;
export const LOGGED_RECEIVES = LOGGED_DUE + 8;
export const LOGGED_FIRST_RECEIVE = LOGGED_RECEIVES + 4;
export const LOGGED_LAST_RECEIVE = LOGGED_FIRST_RECEIVE + 4;
export const LOGGED_SOURCE = LOGGED_LAST_RECEIVE + 4;
export const LOGGED_MOVED_AFTER_MS = LOGGED_SOURCE + 4;
/** BODY flags. */
export const LOGGED_FLAGS = LOGGED_MOVED_AFTER_MS + 4;
export const LOGGED_BODY_BYTES = LOGGED_FLAGS + 4;
export const LOGGED_ATTRIBUTES_BYTES = LOGGED_BODY_BYTES + 4;
export const LOGGED_GROUP_BYTES = LOGGED_ATTRIBUTES_BYTES + 4;
export const LOGGED_DEDUPLICATION_BYTES = LOGGED_GROUP_BYTES + 1;
export const LOGGED_TRACE_BYTES = LOGGED_DEDUPLICATION_BYTES + 1;
export const LOGGED_SENDER_BYTES = LOGGED_TRACE_BYTES + 2;
export const LOGGED_HOW = LOGGED_SENDER_BYTES + 2;
/** Of an admitted one: the birth that it departed with. */
export const LOGGED_BIRTH_BEFORE = LOGGED_HOW + 2;
export const HOW_SENT = 0;
export const HOW_ADMITTED = 1;
export const HOW_RESTATED = 2;

// Records: those of the ring of effects, as far as they say anything.
export const LOG_RECEIVED_BYTES = 32;
export const LOG_REMOVED_BYTES = 16;
export const LOG_HIDDEN_BYTES = 24;
export const LOG_DEPARTED_BYTES = 32;
export const LOG_NODE_BYTES = 32;
/** LOG_SLOTS: the slot that it had, the slot that it has, sequence. */
export const LOG_SLOTS_BYTES = 16;
/** LOG_ARRIVED: slot, nothing, birth before. LOG_ATTEMPT: slot, receive count, sequence. */
export const LOG_ARRIVED_BYTES = 16;
export const LOG_RECEIPT_BYTES = 16;
/** LOG_CUT, LOG_RESYNC, LOG_RESYNCED: a sequence. LOG_NODES: when they were made (f64). */
export const LOG_VALUE = 8;
/** LOG_NODES: the nodes. */
export const LOG_NODES_FIRST = 16;
// LOG_ATTEMPT
export const LOGGED_ATTEMPT_OPERATION = 8;
export const LOGGED_ATTEMPT_SINCE = 16;
export const LOGGED_ATTEMPT_KEY = 24;
export const LOGGED_ATTEMPT_DUE = 40;
export const LOGGED_ATTEMPT_RECEIPTS = 48;

// Drain record: what of a shard's ring becomes entries.
export const DRAIN_BYTES = 256;
/** The part's entry, as it will be. */
export const DRAIN_PART = 0;
/** The operation of the section that was gone through last (u64). */
export const DRAIN_OPERATION = DRAIN_PART + LOG_PART_BYTES;
/** The ring's head, when the part began, and the next record: by number (u64 both), block and index. */
export const DRAIN_HEAD = DRAIN_OPERATION + 8;
export const DRAIN_READ = DRAIN_HEAD + 8;
export const DRAIN_BLOCK = DRAIN_READ + 8;
export const DRAIN_INDEX = DRAIN_BLOCK + 4;
/** What has a greater sequence was sent in this part (u64). */
export const DRAIN_BASE = DRAIN_INDEX + 4;
/** What has no greater sequence was ended by a cut in it (u64). */
export const DRAIN_CUT = DRAIN_BASE + 8;
/** The greatest sequence that was given in what was gone through (u64). */
export const DRAIN_NEWEST = DRAIN_CUT + 8;
/** Bytes of entries that lie in the buffer; all so far; where the part ends. */
export const DRAIN_FILLED = DRAIN_NEWEST + 8;
export const DRAIN_ENTRIES = DRAIN_FILLED + 4;
export const DRAIN_ENTRIES_MAX = DRAIN_ENTRIES + 4;
/** Records of the section in hand that are done. */
export const DRAIN_STEP = DRAIN_ENTRIES_MAX + 4;
/** A content larger than the buffer: its bytes (0: none is in hand), how many were copied, slot, block. */
export const DRAIN_LARGE_BYTES = DRAIN_STEP + 4;
export const DRAIN_LARGE_DONE = DRAIN_LARGE_BYTES + 4;
export const DRAIN_LARGE_SLOT = DRAIN_LARGE_DONE + 4;
export const DRAIN_LARGE_BLOCK = DRAIN_LARGE_SLOT + 4;
/** Its sequence (u64). */
export const DRAIN_LARGE_SEQUENCE = DRAIN_LARGE_BLOCK + 4;
/** Where in its block it begins. */
export const DRAIN_LARGE_FIRST = DRAIN_LARGE_SEQUENCE + 8;

// Load record: where a load stands in the entries in the buffer, and what it asks.
export const LOAD_BYTES = 128;
export const LOAD_SHARD = 0;
/** Where in the buffer the entry in hand begins, and how many of its steps are done. */
export const LOAD_AT = LOAD_SHARD + 4;
export const LOAD_STEP = LOAD_AT + 4;
/** One of the codes below, and what was answered. */
export const LOAD_WANTS = LOAD_STEP + 4;
export const LOAD_ANSWER = LOAD_WANTS + 4;
/** Where a message is whose slot another one has, and that slot. */
export const LOAD_PLACED = LOAD_ANSWER + 4;
export const LOAD_SLOT = LOAD_PLACED + 4;
/** Slots that are lent to such messages: how many are, the lowest one, the first that came back. */
export const LOAD_ANNEXED = LOAD_SLOT + 4;
export const LOAD_ANNEX = LOAD_ANNEXED + 4;
export const LOAD_ANNEX_FREE = LOAD_ANNEX + 4;
/** Asked for, or placed (u64 each). */
export const LOAD_SEQUENCE = LOAD_ANNEX_FREE + 4;
export const LOAD_BIRTH = LOAD_SEQUENCE + 8;
/** The least birth that no message has (u64). */
export const LOAD_BIRTHS = LOAD_BIRTH + 8;
/** Messages that departed: a link record that is nobody's. */
export const LOAD_DEPARTED = LOAD_BIRTHS + 8;
/** An entry larger than the buffer: how much of it is to come (0: none is in hand), */
export const LOAD_LARGE_LEFT = LOAD_DEPARTED + 8;
/** the slot that gets its content (0: none does), the content's bytes, and how many are there. */
export const LOAD_LARGE_SLOT = LOAD_LARGE_LEFT + 4;
export const LOAD_LARGE_BYTES = LOAD_LARGE_SLOT + 4;
export const LOAD_LARGE_DONE = LOAD_LARGE_BYTES + 4;
/** Messages of queues that are no more. */
export const LOAD_DROPPED = LOAD_LARGE_DONE + 4;
/** Messages that were put back so far, whatever became of them. */
export const LOAD_MESSAGES = LOAD_DROPPED + 4;
/** Of the shard whose indexes are built: the link that comes next, and up to which sequence all had appeared. */
export const LOAD_LINK = LOAD_MESSAGES + 4;
/** Above all shards that entries were of. */
export const LOAD_SHARDS = LOAD_LINK + 4;
export const LOAD_RECEIVED = LOAD_SHARDS + 4;
/** In LOAD_ANSWER: nothing was answered yet. */
export const LOAD_UNASKED = 0x7fffffff;
export const LOAD_WANTS_NOTHING = 0;
/** The slot of the message with LOAD_SEQUENCE of LOAD_SHARD; 0: it has none. */
export const LOAD_WANTS_SLOT = 1;
/** The slot of the message with LOAD_BIRTH. */
export const LOAD_WANTS_BIRTH = 2;
/** That LOAD_PLACED is kept in mind. */
export const LOAD_WANTS_PLACED = 3;
/** That JavaScript reads the entry. */
export const LOAD_WANTS_READER = 4;
/** Memory is full; the entry is none. */
export const LOAD_WANTS_ROOM = 5;
export const LOAD_WANTS_SENSE = 6;

// What a load knows of a shard, in place of its wheel's spokes.
export const LOADED_BYTES = LINE_BYTES * 3;
/** Its messages: a link record that is nobody's. */
export const LOADED_LIST = 0;
export const LOADED_COUNT = LOADED_LIST + 8;
export const LOADED_INCARNATION = LOADED_COUNT + 4;
/** u64 each, as a part has them; the time f64. */
export const LOADED_SEQUENCE = LOADED_INCARNATION + 4;
export const LOADED_PURGE_SEQUENCE = LOADED_SEQUENCE + 8;
export const LOADED_OPERATION = LOADED_PURGE_SEQUENCE + 8;
export const LOADED_NOW = LOADED_OPERATION + 8;
export const LOADED_RECEIVED = LOADED_NOW + 8;
/** The greatest sequence in the list (u64). */
export const LOADED_NEWEST = LOADED_RECEIVED + 8;
export const LOADED_TOTALS = LOADED_NEWEST + 8;
/** 1: the list is not in order of sequence. */
export const LOADED_IS_MIXED = LOADED_TOTALS + LINE_BYTES;

// --- Time --------------------------------------------------------------------------------------

/** A message may be hidden this long after its receive: twelve hours. */
export const HIDDEN_MS_MAX = 43200000;
