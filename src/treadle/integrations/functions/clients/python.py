"""Runs a Python handler behind the Lambda Runtime API (2018-06-01): fetch an invocation, call the
handler, post what came of it. Needs Python 3.8 and nothing else. One invocation at a time.
Source: AWS Lambda Developer Guide, "Custom runtimes", "Python handler", "Python errors"."""

import decimal
import http.client
import importlib
import json
import os
import sys
import time
import traceback
import types


class RuntimeFailure(Exception):
    """An error of the runtime rather than of the handler, under a name that Lambda gives it."""

    def __init__(self, error_type, message, stack=()):
        super().__init__(message)
        self.error_type, self.stack = error_type, list(stack)


class RuntimeApi:
    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address)

    def call(self, method, resource, body=b"", headers=None):
        self.connection.request(method, "/2018-06-01/runtime/" + resource, body, headers or {})
        response = self.connection.getresponse()
        return response.headers, response.read()

    def next(self):
        return self.call("GET", "invocation/next")

    def post_result(self, request_id, text):
        headers = {"Content-Type": "application/json"}
        self.call("POST", f"invocation/{request_id}/response", text.encode(), headers)

    def post_error(self, resource, report):
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Function-Error-Type": report["errorType"].encode("ascii", "replace").decode(),
        }
        self.call("POST", resource, json.dumps(report).encode(), headers)


# ---------------------------------------------------------------- errors


def handler_frames(error):
    """The traceback without the frames of this file and of the import machinery."""
    frames = traceback.extract_tb(error.__traceback__)
    frames = [f for f in frames if f.filename != __file__ and "importlib" not in f.filename]
    return traceback.format_list(frames)


def describe(error, request_id):
    if isinstance(error, RuntimeFailure):
        kind, stack = error.error_type, error.stack
    else:
        kind, stack = type(error).__name__, handler_frames(error)
    return {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": stack}


def log(report):
    lines = [f"[ERROR] {report['errorType']}: {report['errorMessage']}"]
    if report["stackTrace"]:
        lines += ["Traceback (most recent call last):", "".join(report["stackTrace"]).rstrip()]
    print("\n".join(lines), file=sys.stderr, flush=True)


# ---------------------------------------------------------------- the handler


def load_handler(name):
    """"dir/file.function" is a function of module dir.file, seen from the function's folder."""
    module_name, dot, function = name.rpartition(".")
    if not dot or not module_name:
        raise RuntimeFailure("Runtime.MalformedHandlerName", f"Bad handler '{name}': use the form module.function")
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    module_name = module_name.replace("/", ".").lstrip(".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise RuntimeFailure("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        where = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        message = f"Syntax error in module '{module_name}': {error}"
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", message, [where])
    handler = getattr(module, function, None)
    if not callable(handler):
        message = f"Handler '{function}' missing on module '{module_name}'"
        raise RuntimeFailure("Runtime.HandlerNotFound", message)
    return handler


# ---------------------------------------------------------------- one invocation


class Context:
    """The second argument of a handler."""

    def __init__(self, headers):
        environment = os.environ
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.aws_request_id = headers.get("Lambda-Runtime-Aws-Request-Id")
        self.client_context = client_context(headers.get("Lambda-Runtime-Client-Context"))
        self.identity = types.SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self._deadline_ms = int(headers.get("Lambda-Runtime-Deadline-Ms") or 0)

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


def client_context(text):
    if not text:
        return None
    given = json.loads(text)
    client = types.SimpleNamespace(**(given.get("client") or {}))
    return types.SimpleNamespace(custom=given.get("custom"), env=given.get("env"), client=client)


def plain_number(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def serialize(value):
    try:
        return json.dumps(value, default=plain_number, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise RuntimeFailure("Runtime.MarshalError", f"Unable to marshal response: {error}")


def parse_event(body):
    try:
        return json.loads(body)
    except ValueError as error:
        raise RuntimeFailure("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")


def set_invocation_environment(headers):
    names = {"_X_AMZN_TRACE_ID": "Lambda-Runtime-Trace-Id", "TREADLE_IDEMPOTENCY_KEY": "Treadle-Idempotency-Key"}
    for variable, header in names.items():
        if headers.get(header):
            os.environ[variable] = headers[header]
        else:
            os.environ.pop(variable, None)


def serve_one(api, handler):
    headers, body = api.next()
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    set_invocation_environment(headers)
    try:
        text = serialize(handler(parse_event(body), Context(headers)))
    except Exception as error:  # whatever the handler raises is its answer
        report = describe(error, request_id)
        log(report)
        api.post_error(f"invocation/{request_id}/error", report)
        return
    api.post_result(request_id, text)


def main():
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:  # also what the module's own top level raises
        report = describe(error, "")
        log(report)
        api.post_error("init/error", report)
        sys.exit(1)
    while True:
        serve_one(api, handler)


if __name__ == "__main__":
    try:
        main()
    except (OSError, http.client.HTTPException) as lost:
        print(f"treadle: the runtime API went away: {lost}", file=sys.stderr)
        sys.exit(1)
