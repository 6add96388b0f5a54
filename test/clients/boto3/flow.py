"""Work that is spread over workers, and work for later."""

import json
import threading
import time

import boto3
from botocore.exceptions import ClientError
from harness import counts, report, start, until

sqs = boto3.client("sqs")
base = "https://sqs.us-east-1.amazonaws.com/123456789012"
for name in ["work-queue", "delayed-queue"]:
    sqs.create_queue(QueueName=name)

# 4. Load leveling

work_queue_url = f"{base}/work-queue"
work = []


def process_work_item(item):
    work.append([threading.get_ident(), item["number"]])
    time.sleep(0.02)


def distribute_work(items):
    """Distribute work items across queue"""
    for item in items:
        sqs.send_message(QueueUrl=work_queue_url, MessageBody=json.dumps(item))


def worker():
    """Worker process: Process work items"""
    while True:
        response = sqs.receive_message(
            QueueUrl=work_queue_url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=20,
            VisibilityTimeout=60,
        )
        messages = response.get("Messages", [])
        if not messages:
            continue
        for message in messages:
            work_item = json.loads(message["Body"])
            process_work_item(work_item)
            sqs.delete_message(QueueUrl=work_queue_url, ReceiptHandle=message["ReceiptHandle"])


distribute_work([{"number": number} for number in range(50)])
start(worker, 5)
done = until(lambda: len(work) == 50 and counts(sqs, work_queue_url) == [0, 0, 0])
report(
    "work",
    done=done,
    workers=len({worker for worker, _ in work}),
    items=sorted(item for _, item in work) == list(range(50)),
)

# 5. Delayed processing

queue_url = f"{base}/delayed-queue"


def schedule_message(message_data, delay_seconds):
    """Schedule message to be processed after delay"""
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(message_data),
        DelaySeconds=delay_seconds,  # 0-900 seconds (15 minutes)
    )


refused = []
for delay_seconds in [3600, 86400]:
    try:
        schedule_message({"type": "email_reminder", "user_id": "123"}, delay_seconds)
    except ClientError as error:
        refused.append(error.response["Error"]["Code"])
schedule_message({"type": "much later"}, 900)
sent = time.monotonic()
schedule_message({"type": "soon"}, 1)
messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)["Messages"]
waited = time.monotonic() - sent
report(
    "delayed",
    refused=refused,
    received=[json.loads(message["Body"])["type"] for message in messages],
    waited=0.9 < waited < 5,
    counts=counts(sqs, queue_url),
)
