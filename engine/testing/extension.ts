/**
 * The test kit's paths on a server: finds the route, reads what the request says, asks the controls. The
 * server has let the request in, and looked who asks, before it comes here.
 */
import type { Broker } from "../broker/broker.ts";
import { SluiceError } from "../errors.ts";
import type { Extension, ExtensionRequest } from "../server/http/extension.ts";
import type { Reply } from "../server/protocol/protocol.ts";
import { nearest } from "../suggestion.ts";
import type { Controls } from "./controls.ts";
import { LocalControls } from "./localControls.ts";
import { type Input, PREFIX, type Route, routes } from "./routes.ts";
import { shown } from "./shown.ts";

export interface ExtensionOptions {
  /** Instead of the broker's own: makes the queues of a configuration again. */
  readonly reset?: () => Promise<void>;
}

/** With this a server in front of `broker` answers below `/_sluice/testing/`. */
export function testingExtension(broker: Broker, { reset }: ExtensionOptions = {}): Extension {
  const controls = LocalControls.of(broker);
  if (reset !== undefined) controls.resetBy(reset);
  return { prefix: PREFIX, answer: (request) => answer(controls, request) };
}

/** What the request asks for, or a SluiceError thrown, which the server puts in words. */
async function answer(controls: Controls, request: ExtensionRequest): Promise<Reply> {
  const [path = "", query = ""] = request.path.slice(PREFIX.length).split("?", 2);
  if (path === "") return json({ routes: routes.map(shownRoute) });
  const route = find(path, request.method);
  if (route === undefined) return notFound(path);
  if (typeof route === "string") return notBy(request.method, route);
  const input = route.method === "GET" ? inputOfQuery(query) : inputOfBody(request.body);
  checkNames(route, input);
  return json(await route.run(controls, input));
}

function shownRoute({ method, path, takes, description }: Route): object {
  return { method, path: PREFIX + path, takes, description };
}

/** Undefined for no path of the table; the method that it has, where it has another one. */
function find(path: string, method: string): Route | string | undefined {
  const all = routes.filter((route) => route.path === path);
  return all.find((route) => route.method === method) ?? all[0]?.method;
}

function notFound(path: string): Reply {
  const meant = nearest(
    path,
    routes.map((route) => route.path),
  );
  const hint =
    meant === undefined ? `GET ${PREFIX} lists what there is` : `did you mean ${PREFIX}${meant}`;
  return refused(404, "NotFound", `There is nothing at ${PREFIX}${path}; ${hint}.`);
}

function notBy(method: string, has: string): Reply {
  return refused(405, "MethodNotAllowed", `This path takes ${has}, not ${method}.`);
}

function inputOfQuery(query: string): Input {
  return Object.fromEntries(new URLSearchParams(query));
}

/** An empty body is an empty object. */
function inputOfBody(body: Buffer): Input {
  if (body.length === 0) return {};
  let given: unknown;
  try {
    given = JSON.parse(body.toString());
  } catch {
    throw new SluiceError("MalformedInput", `The body is JSON, not ${shown(body.toString())}.`);
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given as Input;
  throw new SluiceError("MalformedInput", `The body is a JSON object, not ${shown(given)}.`);
}

function checkNames({ takes, path }: Route, input: Input): void {
  const unknown = Object.keys(input).find((name) => !takes.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, takes);
  const hint =
    meant === undefined ? `it takes ${takes.join(", ") || "nothing"}` : `did you mean ${meant}`;
  throw new SluiceError("InvalidParameterValue", `${PREFIX}${path} has no ${unknown}; ${hint}.`);
}

function json(body: object, status = 200): Reply {
  return { status, body: JSON.stringify(body), contentType: "application/json" };
}

/** In the shape that the server gives to what its extension throws. */
function refused(status: number, code: string, message: string): Reply {
  return json({ error: { code, message } }, status);
}
