/** Work that keeps a core busy for so long, in bench/pool/pool.ts: to the loop's own pace. */
let turnsPerUs = 0;
let result = 0;

function turn(turns: number): void {
  for (let index = 0; index < turns; index++) result = Math.imul(result ^ index, 0x9e3779b1);
}

/** How many turns a microsecond has here: the least of several measurements. */
export function calibrate(): number {
  const turns = 2_000_000;
  turn(turns);
  let leastMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 9; round++) {
    const beganMs = performance.now();
    turn(turns);
    leastMs = Math.min(leastMs, performance.now() - beganMs);
  }
  return turns / (leastMs * 1_000);
}

export function compute(microseconds: number): number {
  if (turnsPerUs === 0) turnsPerUs = calibrate();
  turn(Math.round(turnsPerUs * microseconds));
  return result;
}
