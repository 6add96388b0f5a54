/**
 * The test kit, from a program: what `import { testing } from "sluice/testing"` gives. docs/TESTING.md shows
 * how it is used.
 *
 * @example
 * const clock = new VirtualClock();
 * const broker = await Broker.open({ clock });
 * const kit = testing(broker); // or testing("http://127.0.0.1:9324"), started with --testing
 * await kit.advance({ seconds: 30 });
 */
import { Broker } from "../broker/broker.ts";
import { Kit } from "./kit.ts";
import { LocalControls } from "./localControls.ts";
import { RemoteControls, type RemoteOptions } from "./remoteControls.ts";
import type { TestKit } from "./types.ts";

export { ExpectationError } from "./expectationError.ts";
export { type ExtensionOptions, testingExtension } from "./extension.ts";
export type { RemoteOptions } from "./remoteControls.ts";
export type { RemoteCredentials } from "./signing.ts";
export type * from "./types.ts";

/**
 * The kit of a broker: of one in this process (each thread has a kit of its own Broker object), or of one
 * behind the URL of a server that was started with `--testing`. Both have the same methods.
 */
export function testing(target: Broker | string | URL, options: RemoteOptions = {}): TestKit {
  if (target instanceof Broker) return new Kit(LocalControls.of(target));
  return new Kit(new RemoteControls(target, options));
}
