/** A default handler as compilers write it for CommonJS. */
Object.defineProperty(exports, "__esModule", { value: true });
exports.default = (message, { data }) => {
  Atomics.add(data.seen, Number(message.body), 1);
};
