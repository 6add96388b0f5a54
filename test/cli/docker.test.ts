/**
 * examples/docker/, which is not built here for want of Docker's engine: what the Dockerfile copies is in the
 * repository, what it installs is this package, and the commands that it and the compose file run do work,
 * the health check included. Needs a build.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readEnvironment } from "../../engine/cli/serve/environment.ts";
import { Serve } from "../support/serve.ts";
import { sluice } from "./sluice.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "examples/docker");
const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};
const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");

/** The instructions of the Dockerfile in their order. */
const instructions = readFileSync(join(folder, "Dockerfile"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [, name = "", rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    return { name, rest };
  });
const allOf = (name: string) =>
  instructions.filter((one) => one.name === name).map(({ rest }) => rest);
/** The words of an instruction that is a list of JSON, perhaps behind options. */
const wordsOf = (rest: string) => JSON.parse(rest.slice(rest.indexOf("["))) as string[];

const environment = Object.fromEntries(
  allOf("ENV").flatMap((rest) =>
    rest.split(" ").map((pair) => pair.split("=") as [string, string]),
  ),
);
const health = wordsOf(allOf("HEALTHCHECK")[0] ?? "");

/** The command with a port in its environment. */
async function withPort(port: number, words: readonly string[]) {
  process.env.SLUICE_PORT = String(port);
  try {
    return await sluice(words);
  } finally {
    delete process.env.SLUICE_PORT;
  }
}

describe("the Dockerfile", () => {
  test("copies what is in the repository, and nothing of it is ignored", () => {
    const copies = allOf("COPY").map((rest) => rest.split(" "));
    const sources = copies
      .filter(([first = ""]) => !first.startsWith("--from="))
      .flatMap((words) => words.slice(0, -1));
    expect(sources).toEqual(["package.json", "package-lock.json", "."]);
    for (const source of sources) {
      expect([source, existsSync(join(root, source))]).toEqual([source, true]);
    }
    const ignored = readFileSync(join(folder, "Dockerfile.dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(ignored.length).toBeGreaterThan(0);
    for (const name of ignored) {
      const lost = tracked.filter((file) => file === name || file.startsWith(`${name}/`));
      expect([name, lost]).toEqual([name, []]);
    }
  });

  test("packs this package and installs that, on a Node that it runs on", () => {
    const [, made = ""] = /mv (\S+) \/tmp\/sluice\.tgz/.exec(allOf("RUN").join("\n")) ?? [];
    const pattern = new RegExp(`^${made.replaceAll(".", "\\.").replace("*", ".*")}$`);
    expect(`/tmp/${own.name}-${own.version}.tgz`).toMatch(pattern);
    const installs = allOf("RUN").filter((rest) => rest.startsWith("npm install"));
    expect(installs).toEqual([expect.stringMatching(/ \/tmp\/sluice\.tgz && /)]);
    expect(allOf("COPY")).toContain("--from=build /tmp/sluice.tgz /tmp/sluice.tgz");
    for (const image of allOf("FROM")) {
      const [, major = "0"] = /^node:(\d+)-/.exec(image) ?? [];
      const [, least = "99"] = /^>=(\d+)/.exec(own.engines.node) ?? [];
      expect(Number(major)).toBeGreaterThanOrEqual(Number(least));
    }
  });

  test("starts a server that others reach, at the port that it exposes", async () => {
    const { given, mistakes, warnings } = readEnvironment(environment, () => false);
    expect([mistakes, warnings]).toEqual([[], []]);
    expect([...given].map(([name, { value }]) => [name, value])).toEqual([
      ["port", Number(allOf("EXPOSE")[0])],
      ["host", "0.0.0.0"],
    ]);
    const [entry = ""] = wordsOf(allOf("ENTRYPOINT")[0] ?? "");
    expect(Object.keys(own.bin)).toEqual([entry]);
    expect(wordsOf(allOf("CMD")[0] ?? "")).toEqual(["serve"]);
  });
});

describe("the compose file", () => {
  const { sluice: service } = (
    parse(readFileSync(join(folder, "compose.yaml"), "utf8")) as {
      services: Record<
        "sluice",
        {
          build: { context: string; dockerfile: string };
          command: string[];
          environment: Record<string, string>;
          ports: string[];
          volumes: string[];
          healthcheck: { test: string[] };
        }
      >;
    }
  ).services;

  test("builds that Dockerfile, and starts with the file that it mounts", async () => {
    const context = resolve(folder, service.build.context);
    expect([`${context}/`, dirname(join(context, service.build.dockerfile))]).toEqual([
      root,
      folder,
    ]);
    const [from = "", to = ""] = (service.volumes[0] ?? "").split(":");
    const mounted = resolve(folder, from);
    expect(tracked).toContain(mounted.slice(root.length));
    const words = service.command.map((word) => (word === to ? mounted : word));
    expect(words).toEqual(["serve", "--config", mounted]);
    expect(service.ports[0]?.split(":").slice(1)).toEqual(["9324", environment.SLUICE_PORT]);
    const read = readEnvironment(service.environment, () => false);
    expect([read.mistakes, read.warnings, read.given.size]).toEqual([[], [], 1]);
    expect(service.healthcheck.test).toEqual(["CMD", ...health]);

    const serve = await Serve.start(words.slice(1));
    try {
      const { QueueUrls = [] } = await serve.ok("ListQueues", {});
      expect(QueueUrls.map((url) => url.replace(/.*\//, ""))).toEqual(["orders", "orders-dead"]);
      const [entry, ...check] = health;
      expect(Object.keys(own.bin)).toEqual([entry]);
      const said = `http://127.0.0.1:${serve.port} takes requests\n`;
      expect(await withPort(serve.port, check)).toEqual({ code: 0, out: said, said: "" });
    } finally {
      await serve.stop("SIGKILL");
    }
    expect(await withPort(serve.port, ["health"])).toEqual({
      code: 1,
      out: "",
      said: expect.stringMatching(/^sluice: http:\S+ takes no requests: .*ECONNREFUSED.*\n$/),
    });
  });
});

describe("sluice health", () => {
  test("wants the answer of a server, and asks where it is told to", async () => {
    const paths: (string | undefined)[] = [];
    const other = createServer(({ url }, response) => {
      paths.push(url);
      response.writeHead(503).end();
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => other.once("listening", listening));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, out, said } = await sluice(["health", "--url", `${url}/`]);
    expect([code, out, said]).toEqual([
      1,
      "",
      `sluice: ${url} takes no requests: it answers 503\n`,
    ]);
    expect(paths).toEqual(["/health"]);
    other.close();
    expect((await sluice(["health", "--url", "there"])).code).toBe(2);
  });

  test("asks by HTTPS a server on this machine, whoever has signed its certificate", async () => {
    const pem = (name: string) => fileURLToPath(new URL(`tls/${name}.pem`, import.meta.url));
    const serve = await Serve.start(["--tls-cert", pem("cert"), "--tls-key", pem("key")]);
    try {
      const { code, out } = await sluice(["health", "--url", serve.url]);
      expect([code, out]).toEqual([0, `${serve.url} takes requests\n`]);
    } finally {
      await serve.stop("SIGKILL");
    }
  });
});
