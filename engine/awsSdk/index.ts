/**
 * `sluice/aws-sdk`: AWS's SDK for JavaScript on a broker in this process, without a network. Two ways:
 * a `plugin` for the SQS client, which hands commands to the broker as they are and is the faster one, and
 * a `requestHandler`, which any client of the SDK takes, and which gets and gives the bytes that a server
 * would. docs/AWS-SDK.md says which for what.
 *
 * Nothing of the SDK is imported, at run time or for types: what is used of it is written down in
 * `sdk.ts` and `smithy.ts`, so this works beside whatever version a program has.
 */
export { type PluginOptions, plugin, type SdkPlugin } from "./plugin.ts";
export {
  type CredentialSettings,
  type RequestHandler,
  type RequestHandlerOptions,
  requestHandler,
} from "./requestHandler.ts";
export type { SmithyRequest, SmithyResponse } from "./smithy.ts";
