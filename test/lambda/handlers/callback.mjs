export const handler = (_event, _context, callback) => callback(null, "done");
export const text = "no function";
