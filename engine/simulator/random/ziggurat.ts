/**
 * Exponential numbers by the ziggurat of Marsaglia and Tsang (2000): 256 layers of one area under the
 * curve, in one of which a number lies, nearly always without a logarithm. The tables are made of exp and
 * log alone, which have the same bits on every version of Node.
 */
import type { Stream } from "./stream.ts";

const LAYERS = 256;
/** Where the lowest layer's rectangle ends, and the area of each layer. */
const END = 7.697117470131049;
const AREA = 0.003949659822581557;

/** How wide the layers are, from the lowest up, and how high the curve is there. */
const WIDTHS = new Float64Array(LAYERS + 1);
const HEIGHTS = new Float64Array(LAYERS + 1);

WIDTHS[0] = AREA * Math.exp(END);
WIDTHS[1] = END;
for (let layer = 1; layer < LAYERS - 1; layer++) {
  const width = WIDTHS[layer] as number;
  WIDTHS[layer + 1] = -Math.log(AREA / width + Math.exp(-width));
}
for (let layer = 0; layer <= LAYERS; layer++) HEIGHTS[layer] = Math.exp(-(WIDTHS[layer] as number));

/** 2^-53 and 2^29: a word's upper 24 bits and 29 bits of the next one make a double. */
const ULP = 1.1102230246251565e-16;
const HIGH = 536_870_912;

/** A number of mean 1, 0 or more. */
export function exponential(stream: Stream): number {
  const word = stream.word();
  const layer = word & (LAYERS - 1);
  const share = ((word >>> 8) * HIGH + (stream.word() >>> 3)) * ULP;
  const x = share * (WIDTHS[layer] as number);
  return x < (WIDTHS[layer + 1] as number) ? x : atEdge(stream, layer, x);
}

/** Fills `to` with numbers of this mean. */
export function fillExponential(stream: Stream, to: Float64Array, mean: number): void {
  for (let index = 0; index < to.length; index++) to[index] = exponential(stream) * mean;
}

/** Beyond the layer above: in the tail, which is like the whole, or beside the curve. */
function atEdge(stream: Stream, layer: number, x: number): number {
  if (layer === 0) return END + exponential(stream);
  const low = HEIGHTS[layer] as number;
  const high = HEIGHTS[layer + 1] as number;
  const y = low + (high - low) * stream.double();
  return y < Math.exp(-x) ? x : exponential(stream);
}
