// Runs in each thread of the pool of cpu-bound.mjs. What needs a promise is done once, in `setup`.
let results;

export async function setup({ broker, data }) {
  results = await broker.getQueue(data);
}

function isPrime(number) {
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return number > 1;
}

export function handleSync(batch) {
  for (let index = 0; index < batch.length; index++) {
    const [from, to] = batch.body(index).split(" ").map(Number);
    let primes = 0;
    for (let number = from; number < to; number++) primes += isPrime(number) ? 1 : 0;
    results.sync.send(String(primes));
  }
}
