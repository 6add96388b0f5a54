/**
 * What a server of node:http costs that does nothing: it reads a request's body, parses it as JSON,
 * and answers bytes that were made beforehand, head and all. And, for the load itself, one that does
 * not even read: plain sockets that answer each request as it comes. A child process of
 * suites/server.ts; runs from dist/ and says over its channel where it listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import type { Recorded } from "./target.ts";

/** As the server that it stands beside. */
const keepAliveTimeout = 75_000;

let recorded: Recorded = {};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const input: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const known = recorded[request.headers["x-amz-target"] as string];
    if (known === undefined || typeof input !== "object") throw new Error("an unknown request");
    response.writeHead(200, known.headers);
    response.end(known.body);
  });
}

/** Each request fits one read, and the next one waits for its answer. */
const sockets = createSocketServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    const target = /X-Amz-Target: (\S+)/.exec(bytes.toString("latin1", 0, 256))?.[1] ?? "";
    socket.write(recorded[target]?.whole ?? "");
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

process.once("message", async (message: Recorded) => {
  recorded = message;
  const bare = await listen(createServer({ keepAliveTimeout }, answer));
  process.send?.({ bare, sockets: await listen(sockets) });
});
process.once("disconnect", () => process.exit());
