"""Services that talk through queues: decoupled orders, tasks in the background, events."""

import json
from datetime import datetime

import boto3
from harness import counts, report, start, until

sqs = boto3.client("sqs")
base = "https://sqs.us-east-1.amazonaws.com/123456789012"
for name in ["order-queue", "task-queue", "event-queue"]:
    sqs.create_queue(QueueName=name)

# 1. Decoupling microservices

queue_url = f"{base}/order-queue"
orders = []
priorities = []


def process_order(order_data):
    if order_data["order_id"] == "broken":
        raise ValueError("an order that can't be processed")
    orders.append(order_data["order_id"])


def send_order_message(order_data):
    """Producer: Send order to queue"""
    response = sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(order_data),
        MessageAttributes={
            "OrderId": {"StringValue": order_data["order_id"], "DataType": "String"},
            "Priority": {
                "StringValue": order_data.get("priority", "normal"),
                "DataType": "String",
            },
        },
    )
    return response["MessageId"]


def process_order_messages():
    """Consumer: Process orders from queue"""
    while True:
        response = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=20,  # Long polling
            MessageAttributeNames=["All"],
        )
        messages = response.get("Messages", [])
        if not messages:
            continue
        for message in messages:
            try:
                order_data = json.loads(message["Body"])
                priorities.append(message["MessageAttributes"]["Priority"]["StringValue"])
                process_order(order_data)
                # Delete message after successful processing
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            except Exception:
                pass  # Message will become visible again after visibility timeout


start(process_order_messages)
ids = [send_order_message({"order_id": str(number)}) for number in range(20)]
ids.append(send_order_message({"order_id": "broken", "priority": "high"}))
done = until(lambda: counts(sqs, queue_url) == [0, 1, 0])
report(
    "orders",
    done=done,
    ids=len(set(ids)),
    orders=sorted(orders, key=int),
    high=priorities.count("high"),
)

# 2. Asynchronous task processing

task_queue_url = f"{base}/task-queue"
tasks = []


def process_image(data):
    tasks.append(["image", data["file"]])


def send_email(data):
    tasks.append(["email", data["to"]])


def generate_report(data):
    tasks.append(["report", data["month"]])


def submit_task(task_type, task_data):
    """Submit task for asynchronous processing"""
    message = {
        "task_type": task_type,
        "task_data": task_data,
        "timestamp": str(datetime.now()),
    }
    sqs.send_message(
        QueueUrl=task_queue_url,
        MessageBody=json.dumps(message),
        MessageAttributes={"TaskType": {"StringValue": task_type, "DataType": "String"}},
    )


def process_tasks():
    """Worker: Process tasks from queue"""
    while True:
        response = sqs.receive_message(
            QueueUrl=task_queue_url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=20,
            VisibilityTimeout=300,  # 5 minutes for processing
        )
        messages = response.get("Messages", [])
        if not messages:
            continue
        for message in messages:
            task = json.loads(message["Body"])
            task_type = task["task_type"]
            task_data = task["task_data"]
            # Process based on task type
            if task_type == "image_process":
                process_image(task_data)
            elif task_type == "send_email":
                send_email(task_data)
            elif task_type == "generate_report":
                generate_report(task_data)
            # Delete message after successful processing
            sqs.delete_message(QueueUrl=task_queue_url, ReceiptHandle=message["ReceiptHandle"])


start(process_tasks)
submit_task("image_process", {"file": "cat.jpg"})
submit_task("send_email", {"to": "a@example.org"})
submit_task("generate_report", {"month": "11"})
done = until(lambda: len(tasks) == 3 and counts(sqs, task_queue_url) == [0, 0, 0])
report("tasks", done=done, tasks=sorted(tasks))

# 3. Event-driven architecture

event_queue_url = f"{base}/event-queue"
events = []


def publish_event(event_type, event_data):
    """Publish event to queue"""
    event = {
        "event_type": event_type,
        "event_data": event_data,
        "timestamp": str(datetime.now()),
        "source": "user-service",
    }
    sqs.send_message(
        QueueUrl=event_queue_url,
        MessageBody=json.dumps(event),
        MessageAttributes={"EventType": {"StringValue": event_type, "DataType": "String"}},
    )


def process_events():
    """Event processor: Handle events from queue"""
    while True:
        response = sqs.receive_message(
            QueueUrl=event_queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20
        )
        messages = response.get("Messages", [])
        if not messages:
            continue
        for message in messages:
            event = json.loads(message["Body"])
            events.append(event["event_type"])
            sqs.delete_message(QueueUrl=event_queue_url, ReceiptHandle=message["ReceiptHandle"])


publish_event("user.created", {"user_id": 1})
publish_event("email.send", {"to": "a@example.org", "template": "welcome"})
publish_event("analytics.track", {"event": "user_registered", "user_id": 1})
start(process_events)
done = until(lambda: len(events) == 3 and counts(sqs, event_queue_url) == [0, 0, 0])
report("events", done=done, events=sorted(events))
