# An order pipeline as one would deploy it to AWS: five Lambda functions and the state machine that calls
# them. `terraform apply` makes it there, `treadle import terraform` runs it here.

terraform {
  required_providers {
    archive = { source = "hashicorp/archive", version = "~> 2.4" }
    aws     = { source = "hashicorp/aws", version = "~> 5.0" }
  }
}

variable "env" {
  description = "Where this runs: a suffix of every name."
  type        = string
  default     = "dev"
}

variable "log_retention_days" {
  type    = number
  default = 14
}

locals {
  runtime = "nodejs22.x"
  tags    = { Application = "order-processing", Environment = var.env }
}

# ---------------------------------------------------------------- the five functions

data "archive_file" "handlers" {
  type        = "zip"
  source_dir  = "${path.module}/handlers"
  output_path = "${path.module}/build/handlers.zip"
}

resource "aws_iam_role" "functions" {
  name = "order-functions-${var.env}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_lambda_function" "validate_order" {
  function_name    = "validate-order-${var.env}"
  role             = aws_iam_role.functions.arn
  runtime          = local.runtime
  handler          = "orders.validateOrder"
  filename         = data.archive_file.handlers.output_path
  source_code_hash = data.archive_file.handlers.output_base64sha256
  timeout          = 10
  tags             = local.tags
}

resource "aws_lambda_function" "process_payment" {
  function_name    = "process-payment-${var.env}"
  role             = aws_iam_role.functions.arn
  runtime          = local.runtime
  handler          = "orders.processPayment"
  filename         = data.archive_file.handlers.output_path
  source_code_hash = data.archive_file.handlers.output_base64sha256
  timeout          = 30
  tags             = local.tags
}

resource "aws_lambda_function" "reserve_inventory" {
  function_name    = "reserve-inventory-${var.env}"
  role             = aws_iam_role.functions.arn
  runtime          = local.runtime
  handler          = "orders.reserveInventory"
  filename         = data.archive_file.handlers.output_path
  source_code_hash = data.archive_file.handlers.output_base64sha256
  timeout          = 30
  tags             = local.tags
}

resource "aws_lambda_function" "send_confirmation" {
  function_name    = "send-confirmation-${var.env}"
  role             = aws_iam_role.functions.arn
  runtime          = local.runtime
  handler          = "orders.sendConfirmation"
  filename         = data.archive_file.handlers.output_path
  source_code_hash = data.archive_file.handlers.output_base64sha256
  timeout          = 30
  tags             = local.tags
}

resource "aws_lambda_function" "refund_payment" {
  function_name    = "refund-payment-${var.env}"
  role             = aws_iam_role.functions.arn
  runtime          = local.runtime
  handler          = "orders.refundPayment"
  filename         = data.archive_file.handlers.output_path
  source_code_hash = data.archive_file.handlers.output_base64sha256
  timeout          = 30
  tags             = local.tags
}

# ---------------------------------------------------------------- the state machine

resource "aws_iam_role" "step_functions" {
  name = "order-pipeline-${var.env}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "states.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "invoke_functions" {
  name = "invoke-functions"
  role = aws_iam_role.step_functions.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "lambda:InvokeFunction"
      Resource = [
        aws_lambda_function.validate_order.arn,
        aws_lambda_function.process_payment.arn,
        aws_lambda_function.reserve_inventory.arn,
        aws_lambda_function.send_confirmation.arn,
        aws_lambda_function.refund_payment.arn,
      ]
    }]
  })
}

resource "aws_cloudwatch_log_group" "order_processing" {
  name              = "/aws/vendedlogs/states/order-processing-${var.env}"
  retention_in_days = var.log_retention_days
}

resource "aws_sfn_state_machine" "order_processing" {
  name     = "order-processing-${var.env}"
  role_arn = aws_iam_role.step_functions.arn
  tags     = local.tags

  definition = jsonencode({
    Comment = "Takes an order from validation over payment to fulfilment, and pays back when fulfilment fails"
    StartAt = "ValidateOrder"
    States = {

      ValidateOrder = {
        Type           = "Task"
        Resource       = aws_lambda_function.validate_order.arn
        TimeoutSeconds = 10
        Catch = [
          { ErrorEquals = ["ValidationError"], ResultPath = "$.error", Next = "OrderFailed" },
        ]
        Next = "ProcessPayment"
      }

      # The gateway is asked up to four times: at once, then after 5, 10 and 20 seconds.
      ProcessPayment = {
        Type     = "Task"
        Resource = aws_lambda_function.process_payment.arn
        Retry = [
          { ErrorEquals = ["PaymentGatewayTimeout"], IntervalSeconds = 5, BackoffRate = 2.0, MaxAttempts = 3 },
        ]
        Catch = [
          { ErrorEquals = ["PaymentDeclined"], ResultPath = "$.error", Next = "OrderFailed" },
        ]
        Next = "ParallelFulfillment"
      }

      # Both at the same time; when either fails, the payment goes back.
      ParallelFulfillment = {
        Type = "Parallel"
        Branches = [
          {
            StartAt = "ReserveInventory"
            States = {
              ReserveInventory = {
                Type     = "Task"
                Resource = aws_lambda_function.reserve_inventory.arn
                End      = true
              }
            }
          },
          {
            StartAt = "SendConfirmation"
            States = {
              SendConfirmation = {
                Type     = "Task"
                Resource = aws_lambda_function.send_confirmation.arn
                End      = true
              }
            }
          },
        ]
        Catch = [
          { ErrorEquals = ["States.ALL"], ResultPath = "$.error", Next = "CompensatePayment" },
        ]
        Next = "OrderCompleted"
      }

      CompensatePayment = {
        Type     = "Task"
        Resource = aws_lambda_function.refund_payment.arn
        Next     = "OrderFailed"
      }

      OrderCompleted = {
        Type = "Succeed"
      }

      OrderFailed = {
        Type  = "Fail"
        Cause = "Order processing failed"
      }
    }
  })

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.order_processing.arn}:*"
    include_execution_data = true
    level                  = "ERROR"
  }
}

output "state_machine_arn" {
  value = aws_sfn_state_machine.order_processing.arn
}
