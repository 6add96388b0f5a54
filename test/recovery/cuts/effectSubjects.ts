/** What is cut with a journal: every operation of the scenes of this folder (effectCuts.ts). */
import type { WasmModule } from "../../../bindings/webassembly.ts";
import type { Operation } from "./cut.ts";
import { cutWithJournal, type Seen, type Staged, type Subject } from "./effectCuts.ts";
import { OPERATIONS as FIFO } from "./fifoCuts.ts";
import { OPERATIONS as FIFO_MOVES, Scene as FifoMoveScene } from "./fifoMoveScene.ts";
import { FifoScene } from "./fifoScene.ts";
import { expectFifoWorks } from "./fifoWork.ts";
import { OPERATIONS as MOVES, settle } from "./moveOperations.ts";
import { OPERATIONS } from "./operations.ts";
import { Scene } from "./scene.ts";
import { expectWorks } from "./work.ts";

export interface Subjected {
  readonly name: string;
  /** It makes thousands of stores: only one in so many of those that would be cut is. */
  readonly sparsity: number;
  readonly cut: (first: number, every: number) => Seen;
}

function subjected<Place extends Staged>(
  subject: Subject<Place>,
  operations: readonly (Operation<Place> & { readonly every?: number })[],
): Subjected[] {
  return operations.map((operation) => ({
    name: `${subject.name}${operation.name}`,
    sparsity: operation.every ?? 1,
    cut: (first, every) => cutWithJournal(subject, operation, first, every),
  }));
}

const standard: Subject<Scene> = {
  name: "",
  make: (module: WasmModule) => new Scene(module, true),
  works: expectWorks,
};
/** What moves has other sequences afterwards, by which the work of a scene can't go on. */
const moves: Subject<Scene> = { ...standard, works: settle };

const fifo: Subject<FifoScene> = {
  name: "FIFO: ",
  make: (module) => new FifoScene(module, true),
  prepare: (scene) => scene.settle(),
  works: expectFifoWorks,
};

const fifoMoves: Subject<FifoMoveScene> = {
  name: "FIFO: ",
  make: (module) => new FifoMoveScene(module, true),
  works: (scene) => scene.settle(),
};

export const SUBJECTED: readonly Subjected[] = [
  ...subjected(standard, OPERATIONS),
  ...subjected(moves, MOVES),
  ...subjected(fifo, FIFO),
  ...subjected(fifoMoves, FIFO_MOVES),
];
