/** The default handler of a flow: counts what it is given, and nothing else. */
import type { Message } from "../../engine/index.ts";
import { here } from "./flow.ts";

export { close, setup } from "./flow.ts";

export default async function each(message: Message): Promise<void> {
  here().takeMessage(message);
}
