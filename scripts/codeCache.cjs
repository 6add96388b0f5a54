/**
 * Makes V8's code cache of a file's code, all of its functions compiled: `node scripts/codeCache.cjs FILE.bundle.cjs
 * FILE.cache`. In a process of its own, since a flag of V8's is another one for a moment. Fails where the cache would not
 * be taken as scripts/cached.cjs gives it.
 */
const { readFileSync, writeFileSync } = require("node:fs");
const v8 = require("node:v8");
const vm = require("node:vm");

const [filename, cache] = process.argv.slice(2);
const code = readFileSync(filename, "utf8");
const wrapped = `(function(exports,require,module,__filename,__dirname){${code}\n})`;
v8.setFlagsFromString("--no-lazy");
const script = new vm.Script(wrapped, { filename });
// The cache says which flags it was made under.
v8.setFlagsFromString("--lazy");
const cachedData = script.createCachedData();
if (new vm.Script(wrapped, { filename, cachedData }).cachedDataRejected !== false) {
  throw new Error(`V8 does not take its code cache of ${filename}.`);
}
writeFileSync(cache, cachedData);
