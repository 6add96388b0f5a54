/**
 * The opcodes of WebAssembly 2.0 with threads and relaxed SIMD, as far as a reader needs them to
 * step from one instruction to the next: which operand bytes follow, and the name of everything that
 * moves control or touches memory. An opcode that is not in these tables is unknown, and the reader
 * refuses it. Source: the core specification's index of instructions, and the threads proposal.
 */

/** What follows an opcode in the code. */
export type Operands =
  | "none"
  | "blockType"
  | "index"
  | "callee"
  | "label"
  | "index2"
  | "labelTable"
  | "valueTypes"
  | "memory"
  | "memoryLane"
  | "lane"
  | "byte"
  | "byte2"
  | "indexByte"
  | "i32"
  | "i64"
  | "bytes4"
  | "bytes8"
  | "bytes16"
  | "heapType";

export interface Opcode {
  readonly name: string;
  readonly operands: Operands;
}

type Named = readonly [code: number, name: string, operands: Operands];

const CORE: readonly Named[] = [
  [0x00, "unreachable", "none"],
  [0x01, "nop", "none"],
  [0x02, "block", "blockType"],
  [0x03, "loop", "blockType"],
  [0x04, "if", "blockType"],
  [0x05, "else", "none"],
  [0x0b, "end", "none"],
  [0x0c, "br", "label"],
  [0x0d, "br_if", "label"],
  [0x0e, "br_table", "labelTable"],
  [0x0f, "return", "none"],
  [0x10, "call", "callee"],
  [0x11, "call_indirect", "index2"],
  [0x12, "return_call", "callee"],
  [0x13, "return_call_indirect", "index2"],
  [0x1a, "drop", "none"],
  [0x1b, "select", "none"],
  [0x1c, "select_typed", "valueTypes"],
  [0x20, "local.get", "index"],
  [0x21, "local.set", "index"],
  [0x22, "local.tee", "index"],
  [0x23, "global.get", "index"],
  [0x24, "global.set", "index"],
  [0x25, "table.get", "index"],
  [0x26, "table.set", "index"],
  [0x36, "i32.store", "memory"],
  [0x3f, "memory.size", "byte"],
  [0x40, "memory.grow", "byte"],
  [0x41, "i32.const", "i32"],
  [0x42, "i64.const", "i64"],
  [0x43, "f32.const", "bytes4"],
  [0x44, "f64.const", "bytes8"],
  [0xd0, "ref.null", "heapType"],
  [0xd1, "ref.is_null", "none"],
  [0xd2, "ref.func", "index"],
];

const BULK: readonly Named[] = [
  [0x08, "memory.init", "indexByte"],
  [0x09, "data.drop", "index"],
  [0x0a, "memory.copy", "byte2"],
  [0x0b, "memory.fill", "byte"],
  [0x0c, "table.init", "index2"],
  [0x0d, "elem.drop", "index"],
  [0x0e, "table.copy", "index2"],
  [0x0f, "table.grow", "index"],
  [0x10, "table.size", "index"],
  [0x11, "table.fill", "index"],
];

const ATOMIC: readonly Named[] = [
  [0x00, "memory.atomic.notify", "memory"],
  [0x01, "memory.atomic.wait32", "memory"],
  [0x02, "memory.atomic.wait64", "memory"],
  [0x03, "atomic.fence", "byte"],
  [0x41, "i32.atomic.rmw.xchg", "memory"],
  [0x48, "i32.atomic.rmw.cmpxchg", "memory"],
];

/** In the name of what writes memory and is called by its number. */
const STORE = "store ";
/** What writes memory and has a name. */
const STORES = ["i32.store", "memory.copy", "memory.fill"].concat(
  ATOMIC.map(([, name]) => name).filter((name) => name.includes(".rmw.")),
);

/** The numbers below 0x100 that the SIMD proposal left without an instruction. */
const SIMD_HOLES: readonly number[] = [
  0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2,
  0xd3, 0xd4, 0xe2, 0xee,
];

type Table = Map<number, Opcode>;

function tableOf(named: readonly Named[]): Table {
  return new Map(named.map(([code, name, operands]) => [code, { name, operands }]));
}

/** Fills the numbers first..last that have no name of their own yet; they are called by number. */
function fill(table: Table, prefix: string, first: number, last: number, operands: Operands): void {
  for (let code = first; code <= last; code++) {
    if (!table.has(code)) table.set(code, { name: `${prefix}0x${code.toString(16)}`, operands });
  }
}

function coreTable(): Table {
  const table = tableOf(CORE);
  fill(table, "", 0x28, 0x35, "memory"); // the loads of all number types
  fill(table, STORE, 0x37, 0x3e, "memory");
  fill(table, "", 0x45, 0xc4, "none"); // comparisons, arithmetic, conversions, sign extension
  return table;
}

function bulkTable(): Table {
  const table = tableOf(BULK);
  fill(table, "0xfc ", 0x00, 0x07, "none"); // saturating conversions
  return table;
}

function simdTable(): Table {
  const table: Table = new Map();
  fill(table, "0xfd ", 0x00, 0x0a, "memory"); // loads, splatting loads
  fill(table, `0xfd ${STORE}`, 0x0b, 0x0b, "memory");
  fill(table, "0xfd ", 0x0c, 0x0d, "bytes16"); // v128.const, i8x16.shuffle
  fill(table, "0xfd ", 0x15, 0x22, "lane"); // extract and replace one lane
  fill(table, "0xfd ", 0x54, 0x57, "memoryLane"); // load one lane
  fill(table, `0xfd ${STORE}`, 0x58, 0x5b, "memoryLane");
  fill(table, "0xfd ", 0x5c, 0x5d, "memory"); // zero-extending loads
  fill(table, "0xfd ", 0x0e, 0xff, "none"); // everything else works on the stack alone
  for (const hole of SIMD_HOLES) table.delete(hole);
  fill(table, "0xfd ", 0x100, 0x113, "none"); // relaxed SIMD
  return table;
}

function atomicTable(): Table {
  const table = tableOf(ATOMIC);
  fill(table, "0xfe ", 0x10, 0x16, "memory"); // atomic loads
  fill(table, `0xfe ${STORE}`, 0x17, 0x4e, "memory"); // atomic stores, read-modify-writes
  return table;
}

/** Whether the instruction of this name writes memory. */
export function isStore(name: string): boolean {
  return name.includes(STORE) || STORES.includes(name);
}

/** Instructions of one byte. */
export const CORE_OPCODES: ReadonlyMap<number, Opcode> = coreTable();

/** Instructions whose first byte is a prefix and whose number follows it. */
export const PREFIXED_OPCODES: ReadonlyMap<number, ReadonlyMap<number, Opcode>> = new Map([
  [0xfc, bulkTable()],
  [0xfd, simdTable()],
  [0xfe, atomicTable()],
]);
