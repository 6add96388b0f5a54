terraform {
required_providers {
aws = {
source = "hashicorp/aws"
version = "~> 5.0"
}
}
}
provider "aws" {
region = "us-east-1"
}
# Standard Queue
resource "aws_sqs_queue" "standard_queue" {
name = "my-standard-queue"
visibility_timeout_seconds = 30
message_retention_seconds = 345600 # 4 days
receive_wait_time_seconds = 20 # Long polling
tags = {
Environment = "Production"
}
}
# FIFO Queue
resource "aws_sqs_queue" "fifo_queue" {
name = "my-fifo-queue.fifo"
fifo_queue = true
content_based_deduplication = true
visibility_timeout_seconds = 30
message_retention_seconds = 345600
}
# Dead Letter Queue
resource "aws_sqs_queue" "dlq" {
name = "my-dlq"
}
# Main Queue with DLQ
resource "aws_sqs_queue" "main_queue" {
name = "my-main-queue"
visibility_timeout_seconds = 30
redrive_policy = jsonencode({
deadLetterTargetArn = aws_sqs_queue.dlq.arn
maxReceiveCount = 3
})
}
