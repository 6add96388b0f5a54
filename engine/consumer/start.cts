/**
 * What piscina loads in each thread of a consumer's pool: all of it is in thread.ts, which this
 * imports. CommonJS, since piscina requires a file first, and Node ends the whole process when a
 * thread is terminated while `require` puts the parts of an ES module together (seen with Node 20: a
 * consumer that was stopped while a thread was being replaced). `import()` may be cut short.
 */
exports.consumeHere = import("./thread.ts").then(({ consumeHere }) => consumeHere);
