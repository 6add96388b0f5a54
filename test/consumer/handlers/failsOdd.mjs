/** Fails in the shape that `data.how` says. */
class OddError extends Error {
  name = "OddError";
  code = "E_ODD";
}

export default async function failsOdd(_message, { data }) {
  if (data.how === "text") throw "a text";
  throw new OddError("planted", { cause: new TypeError("the reason") });
}
