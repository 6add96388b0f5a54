// What would be deployed: nothing in it knows where it runs.
function ship({ body }) {
  const { id, count } = JSON.parse(body);
  console.log(`order ${id}: ${count} pieces`);
}

export const handler = async (event) => {
  const batchItemFailures = [];
  for (const record of event.Records) {
    try {
      ship(record);
    } catch {
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
};
