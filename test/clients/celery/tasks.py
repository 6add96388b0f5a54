"""Celery over kombu's SQS transport, as Debian has them: tasks that are done, retried and late."""

import os
import sys
import threading
from urllib.parse import urlparse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "boto3"))

from celery import Celery  # noqa: E402
from harness import report, until  # noqa: E402

endpoint = urlparse(os.environ["AWS_ENDPOINT_URL"])
app = Celery("tasks", broker=f"sqs://any:any@{endpoint.netloc}")
app.conf.update(
    broker_transport_options={
        "region": "us-east-1",
        "is_secure": False,
        "visibility_timeout": 60,
        "wait_time_seconds": 1,
        "queue_name_prefix": "celery-",
    },
    task_default_queue="work",
    task_acks_late=True,
    worker_hijack_root_logger=False,
    # What is printed is for the test.
    worker_redirect_stdouts=False,
    worker_enable_remote_control=False,
)

done = []
attempts = []


@app.task
def add(first, second):
    done.append(first + second)


@app.task(bind=True, max_retries=3)
def shaky(self):
    attempts.append(self.request.retries)
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    done.append("shaky")


def produce():
    """Sends what is to be done, waits for it, and ends the process: a worker has the main thread."""
    for number in range(20):
        add.delay(number, 1)
    shaky.delay()
    finished = until(lambda: len(done) == 21, 240)
    sums = sorted(each for each in done if each != "shaky")
    report("tasks", done=finished, sums=sums, attempts=attempts)
    os._exit(0)


threading.Thread(target=produce, daemon=True).start()
# One process, which has nobody else to talk to.
app.Worker(
    pool="solo",
    loglevel="ERROR",
    quiet=True,
    without_gossip=True,
    without_mingle=True,
    without_heartbeat=True,
).start()
