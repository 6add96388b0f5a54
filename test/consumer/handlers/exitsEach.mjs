/** Dies of every message before it is handled. */
export default function exitsEach() {
  process.exit(9);
}
