# Readings of devices, sorted as they come: an Express state machine with two Lambda functions, and direct calls of
# Timestream, EventBridge and S3. `terraform apply` makes it on AWS, `treadle import terraform` runs it here.

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

# ---------------------------------------------------------------- the two functions

data "archive_file" "handlers" {
  type        = "zip"
  source_dir  = "${path.module}/handlers"
  output_path = "${path.module}/build/handlers.zip"
}

resource "aws_iam_role" "telemetry" {
  name = "telemetry-${var.env}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["lambda.amazonaws.com", "states.amazonaws.com"] }
    }]
  })
}

resource "aws_lambda_function" "parse" {
  function_name    = "telemetry-parse-${var.env}"
  role             = aws_iam_role.telemetry.arn
  runtime          = "nodejs22.x"
  handler          = "telemetry.parse"
  filename         = data.archive_file.handlers.output_path
  source_code_hash = data.archive_file.handlers.output_base64sha256
}

resource "aws_lambda_function" "enrich" {
  function_name    = "telemetry-enrich-${var.env}"
  role             = aws_iam_role.telemetry.arn
  runtime          = "nodejs22.x"
  handler          = "telemetry.enrich"
  filename         = data.archive_file.handlers.output_path
  source_code_hash = data.archive_file.handlers.output_base64sha256
}

# ---------------------------------------------------------------- where readings go

resource "aws_timestreamwrite_database" "telemetry" {
  database_name = "telemetry-${var.env}"
}

resource "aws_timestreamwrite_table" "readings" {
  database_name = aws_timestreamwrite_database.telemetry.database_name
  table_name    = "readings"
}

resource "aws_s3_bucket" "archive" {
  bucket = "telemetry-archive-${var.env}"
}

resource "aws_cloudwatch_log_group" "telemetry" {
  name              = "/aws/vendedlogs/states/telemetry-${var.env}"
  retention_in_days = 14
}

# ---------------------------------------------------------------- the state machine

resource "aws_sfn_state_machine" "telemetry" {
  name     = "telemetry-${var.env}"
  role_arn = aws_iam_role.telemetry.arn
  type     = "EXPRESS"

  definition = jsonencode({
    Comment        = "One reading of one device"
    StartAt        = "Parse"
    TimeoutSeconds = 60
    States = {
      Parse = {
        Type       = "Task"
        Resource   = aws_lambda_function.parse.arn
        ResultPath = "$.reading"
        Next       = "Enrich"
      }
      Enrich = {
        Type       = "Task"
        Resource   = aws_lambda_function.enrich.arn
        ResultPath = "$.device"
        Next       = "Sort"
      }
      Sort = {
        Type = "Choice"
        Choices = [
          { Variable = "$.reading.kind", StringEquals = "measurement", Next = "KeepMeasurement" },
          { Variable = "$.reading.kind", StringEquals = "alarm", Next = "RaiseAlarm" },
        ]
        Default = "Archive"
      }
      KeepMeasurement = {
        Type     = "Task"
        Resource = "arn:aws:states:::aws-sdk:timestreamwrite:writeRecords"
        Parameters = {
          DatabaseName = aws_timestreamwrite_database.telemetry.database_name
          TableName    = aws_timestreamwrite_table.readings.table_name
          Records = [{
            "Time.$"         = "$.reading.time"
            "MeasureName.$"  = "$.reading.name"
            "MeasureValue.$" = "$.reading.value"
            MeasureValueType = "DOUBLE"
            Dimensions = [
              { Name = "device", "Value.$" = "$.device.id" },
              { Name = "site", "Value.$" = "$.device.site" },
            ]
          }]
        }
        Retry = [{ ErrorEquals = ["TimestreamWrite.ThrottlingException"], MaxAttempts = 3 }]
        End   = true
      }
      RaiseAlarm = {
        Type     = "Task"
        Resource = "arn:aws:states:::events:putEvents"
        Parameters = {
          Entries = [{
            Source       = "telemetry"
            DetailType   = "Device alarm"
            "Detail.$"   = "$"
            EventBusName = "default"
          }]
        }
        End = true
      }
      Archive = {
        Type     = "Task"
        Resource = "arn:aws:states:::aws-sdk:s3:putObject"
        Parameters = {
          Bucket   = aws_s3_bucket.archive.bucket
          "Key.$"  = "States.Format('{}/{}.json', $.device.id, $$.Execution.Name)"
          "Body.$" = "$.message"
        }
        End = true
      }
    }
  })

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.telemetry.arn}:*"
    include_execution_data = false
    level                  = "ERROR"
  }
}
