export default function prints(message) {
  console.log(`out ${message.body}`);
  process.stderr.write(`err ${message.body}, begun`);
  process.stderr.write(" and ended\n");
}
