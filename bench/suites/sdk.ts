/** `sdk`: calls a second of AWS's SDK, one after the other, without a socket and over loopback. */
import type { Suite } from "./work.ts";

export const PLUGIN = "SDK, plugin";
export const HANDLER = "SDK, requestHandler";
export const LOOPBACK = "SDK, loopback";

export const sdk: Suite = {
  name: "sdk",
  about: "AWS's SDK by the plugin, by the request handler and over loopback, one call at a time",
  works: () => [{ kind: "sdk" }],
};
