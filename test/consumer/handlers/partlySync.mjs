export function handleSync(batch, { data }) {
  const failed = [];
  for (let index = 0; index < batch.length; index++) {
    if (data.failing.includes(batch.body(index))) failed.push(index);
  }
  return failed;
}
