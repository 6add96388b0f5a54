/** Makes a span of its own before and after a wait, sends on what it is given, fails what is called "bad". */
import { register, work } from "./provider.mjs";

export const setup = register;

export default async function each(message, { broker }) {
  work("before");
  await new Promise((resolve) => setTimeout(resolve, 1));
  work("after");
  if (message.body === "bad") throw new RangeError("a bad one");
  const next = await broker.getQueue("next");
  await next.send(message.body);
}
