/**
 * What a thread's file is in a package or a build: runs the code beside it, NAME.bundle.cjs, with V8's code cache of it,
 * NAME.cache, so that V8 need not compile what the thread runs once. The build makes the cache (scripts/codeCache.cjs),
 * for the Node that runs it; with another one, or without it, V8 says no and compiles as ever.
 */
const { readFileSync } = require("node:fs");
const vm = require("node:vm");

const base = __filename.slice(0, -".cjs".length);
const filename = `${base}.bundle.cjs`;

function cacheOf() {
  try {
    return readFileSync(`${base}.cache`);
  } catch {
    return undefined;
  }
}

const code = readFileSync(filename, "utf8");
const wrapped = `(function(exports,require,module,__filename,__dirname){${code}\n})`;
const script = new vm.Script(wrapped, { filename, cachedData: cacheOf() });
script.runInThisContext()(exports, require, module, filename, __dirname);
