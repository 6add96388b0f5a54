"""Messages sent, received and deleted, one by one and in batches, and the patterns made of them."""

import json
import uuid

import boto3
from harness import counts, report, start, until

sqs = boto3.client("sqs")
queue_url = sqs.create_queue(QueueName="messages")["QueueUrl"]


def send_message(message_body):
    response = sqs.send_message(QueueUrl=queue_url, MessageBody=message_body)
    return response["MessageId"]


def send_message_with_attributes(message_body, attributes):
    response = sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=message_body,
        MessageAttributes=attributes,
        DelaySeconds=0,
    )
    return response["MessageId"]


def send_batch_messages(messages):
    entries = []
    for i, msg in enumerate(messages):
        entries.append(
            {
                "Id": str(i),
                "MessageBody": json.dumps(msg),
                "MessageAttributes": {
                    "Priority": {
                        "StringValue": msg.get("priority", "normal"),
                        "DataType": "String",
                    }
                },
            }
        )
    response = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return response


def receive_messages(max_messages=10, wait_time=20):
    """Receive messages with long polling"""
    response = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=max_messages,
        WaitTimeSeconds=wait_time,  # Long polling
        MessageAttributeNames=["All"],
    )
    return response.get("Messages", [])


def delete_message(receipt_handle):
    """Delete single message"""
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=receipt_handle)


def delete_batch_messages(messages):
    """Delete multiple messages"""
    entries = []
    for i, msg in enumerate(messages):
        entries.append({"Id": str(i), "ReceiptHandle": msg["ReceiptHandle"]})
    return sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)


# Single messages, with and without attributes

send_message("Hello, SQS!")
[message] = receive_messages()
delete_message(message["ReceiptHandle"])
send_message_with_attributes(
    "attributed",
    {
        "Priority": {"StringValue": "high", "DataType": "String"},
        "Source": {"StringValue": "user-service", "DataType": "String"},
        "Weight": {"StringValue": "1.5", "DataType": "Number.kg"},
        "Picture": {"BinaryValue": b"\x00\xff", "DataType": "Binary.png"},
    },
)
[attributed] = receive_messages()
delete_message(attributed["ReceiptHandle"])
got = attributed["MessageAttributes"]
report(
    "single",
    body=message["Body"],
    names=sorted(got),
    weight=got["Weight"],
    picture=list(got["Picture"]["BinaryValue"]),
)

# Batches

sent = send_batch_messages([{"number": i, "priority": "low"} for i in range(10)])
batch = []
until(lambda: batch.extend(receive_messages()) or len(batch) == 10)
deleted = delete_batch_messages(batch)
report(
    "batch",
    sent=len(sent["Successful"]),
    failed="Failed" in sent or "Failed" in deleted,
    numbers=sorted(json.loads(message["Body"])["number"] for message in batch),
    deleted=len(deleted["Successful"]),
    counts=counts(sqs, queue_url),
)

# Pattern 1: producer and consumer

processed = []


def producer():
    for i in range(100):
        sqs.send_message(QueueUrl=queue_url, MessageBody=f"Message {i}")


def consumer():
    while True:
        for message in receive_messages():
            processed.append(message["Body"])
            delete_message(message["ReceiptHandle"])


start(consumer)
producer()
done = until(lambda: len(processed) == 100 and counts(sqs, queue_url) == [0, 0, 0])
report("produced", done=done, distinct=len(set(processed)))

# Pattern 2: fan-out

queue_urls = [sqs.create_queue(QueueName=f"fan-{n}")["QueueUrl"] for n in range(3)]


def fan_out(message, queue_urls):
    """Send message to multiple queues"""
    for queue_url in queue_urls:
        sqs.send_message(QueueUrl=queue_url, MessageBody=message)


fan_out("to all", queue_urls)
received = [sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] for url in queue_urls]
report("fanned", received=received)

# Patterns 3 and 4: priority and correlation by attributes

request_queue_url = sqs.create_queue(QueueName="requests")["QueueUrl"]
reply_queue_url = sqs.create_queue(QueueName="replies")["QueueUrl"]


def answer_requests():
    while True:
        response = sqs.receive_message(
            QueueUrl=request_queue_url, WaitTimeSeconds=20, MessageAttributeNames=["All"]
        )
        for message in response.get("Messages", []):
            sqs.send_message(
                QueueUrl=reply_queue_url,
                MessageBody=message["Body"].upper(),
                MessageAttributes=message["MessageAttributes"],
            )
            sqs.delete_message(
                QueueUrl=request_queue_url, ReceiptHandle=message["ReceiptHandle"]
            )


def wait_for_reply(correlation_id):
    while True:
        response = sqs.receive_message(
            QueueUrl=reply_queue_url,
            WaitTimeSeconds=20,
            MessageAttributeNames=["CorrelationId"],
        )
        for message in response.get("Messages", []):
            attribute = message["MessageAttributes"]["CorrelationId"]
            if attribute["StringValue"] == correlation_id:
                return json.loads(message["Body"])


def send_request(request_data):
    """Send request and wait for reply"""
    correlation_id = str(uuid.uuid4())
    sqs.send_message(
        QueueUrl=request_queue_url,
        MessageBody=json.dumps(request_data),
        MessageAttributes={
            "CorrelationId": {"StringValue": correlation_id, "DataType": "String"},
            "Priority": {"StringValue": "high", "DataType": "String"},
        },
    )
    # Wait for reply
    return wait_for_reply(correlation_id)


start(answer_requests)
report("replied", reply=send_request({"say": "hello"}))
