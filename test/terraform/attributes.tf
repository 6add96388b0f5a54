# Every attribute of aws_sqs_queue, and the resources that set one attribute each.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = {
      Project = "sluice"
    }
  }
}

variable "visibility_timeout" {
  type    = number
  default = 0
}

data "aws_caller_identity" "current" {}

resource "aws_sqs_queue" "standard" {
  name                       = "standard"
  delay_seconds              = 900
  max_message_size           = 1024
  message_retention_seconds  = 1209600
  receive_wait_time_seconds  = 20
  visibility_timeout_seconds = var.visibility_timeout
  sqs_managed_sse_enabled    = false
  tags = {
    "Straße:1/2" = "a b+c=d@e"
    Empty        = ""
  }
}

resource "aws_sqs_queue" "encrypted" {
  name                              = "encrypted"
  kms_master_key_id                 = "alias/aws/sqs"
  kms_data_key_reuse_period_seconds = 600
}

resource "aws_sqs_queue" "managed" {
  name_prefix             = "managed-"
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue" "throughput" {
  name                        = "throughput.fifo"
  fifo_queue                  = true
  content_based_deduplication = false
  deduplication_scope         = "messageGroup"
  fifo_throughput_limit       = "perMessageGroupId"
}

resource "aws_sqs_queue" "dead" {
  name = "dead"
}

resource "aws_sqs_queue" "source" {
  name = "source"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 4
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  queue_url = aws_sqs_queue.dead.id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.source.arn]
  })
}

resource "aws_sqs_queue" "fifo_dead" {
  name       = "fifo-dead.fifo"
  fifo_queue = true
  redrive_allow_policy = jsonencode({
    redrivePermission = "allowAll"
  })
}

resource "aws_sqs_queue" "fifo_source" {
  name                        = "fifo-source.fifo"
  fifo_queue                  = true
  content_based_deduplication = true
}

resource "aws_sqs_queue_redrive_policy" "fifo_source" {
  queue_url = aws_sqs_queue.fifo_source.id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.fifo_dead.arn
    maxReceiveCount     = 1000
  })
}

data "aws_iam_policy_document" "standard" {
  statement {
    sid     = "first"
    actions = ["sqs:SendMessage", "sqs:ReceiveMessage"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    resources = [aws_sqs_queue.standard.arn]
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sqs_queue.source.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "standard" {
  queue_url = aws_sqs_queue.standard.id
  policy    = data.aws_iam_policy_document.standard.json
}

data "aws_sqs_queue" "standard" {
  name       = aws_sqs_queue.standard.name
  depends_on = [aws_sqs_queue_policy.standard]
}

data "aws_sqs_queues" "fifo" {
  queue_name_prefix = "fifo-"
  depends_on        = [aws_sqs_queue.fifo_source, aws_sqs_queue.fifo_dead]
}

output "account" {
  value = data.aws_caller_identity.current.account_id
}

output "arn" {
  value = data.aws_sqs_queue.standard.arn
}

output "fifo_count" {
  value = length(data.aws_sqs_queues.fifo.queue_urls)
}
