/**
 * What piscina loads in each thread of a simulation: all of it is in thread.ts, which this imports.
 * CommonJS, since piscina requires a file first, and Node ends the whole process when a thread is
 * terminated while `require` puts the parts of an ES module together (seen with Node 20). `import()`
 * may be cut short.
 */
exports.run = import("./thread.ts").then(({ run }) => run);
