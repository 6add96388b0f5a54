export function setup() {
  throw new RangeError("planted in setup");
}
export default function each() {}
