/**
 * What listens: node:http, or node:https where there is a certificate, with the limits of time and size
 * that every request has. Made once for a server, on its thread; it knows no request.
 */
import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";

/** SDKs keep connections for reuse between polls of 20 s; the server must not close them first. */
const keepAliveMs = 75_000;
/** A request's head, and the whole of it, must have arrived by then; else 408 and close. */
const headMs = 10_000;
const requestMs = 20_000;
/** How often Node looks for requests that are late. */
const checkMs = 1_000;
/** Bytes of a request's head: signatures and session tokens are long, but not longer. */
const headBytes = 16_384;

/** A certificate, perhaps with those that vouch for it, and its key; PEM. */
export interface Tls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** `onSocket` is told of each connection that may carry requests: by TLS, once the client has been met. */
export function makeListener(tls: Tls | undefined, onSocket: (socket: Socket) => void): HttpServer {
  const limits = {
    keepAliveTimeout: keepAliveMs,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: headBytes,
  };
  if (tls === undefined) return createServer(limits).on("connection", onSocket);
  const listener = createTlsServer({ ...limits, ...tls, handshakeTimeout: headMs });
  return listener.on("secureConnection", onSocket);
}
