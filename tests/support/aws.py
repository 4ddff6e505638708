"""boto3 clients for a server under test, with the newest service model that can be had."""
import atexit
import os
import shutil
import tempfile
from pathlib import Path

import boto3
from botocore.config import Config

from support.treadle import SHARED

MODEL = SHARED / "reference/stepfunctions"
API_VERSION = "2016-11-23"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
               "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": ""}


def data_path():
    """A folder for AWS_DATA_PATH with the model of ../shared, laid out as botocore wants it; None without one."""
    if not (MODEL / "service-2.json").exists():
        return None
    folder = tempfile.mkdtemp(prefix="treadle-model-")
    atexit.register(shutil.rmtree, folder)
    target = Path(folder, "stepfunctions", API_VERSION)
    target.mkdir(parents=True)
    for file in MODEL.glob("*.json"):
        shutil.copy(file, target)
    return folder


DATA_PATH = data_path()


def environment():
    """For the AWS CLI: dummy keys and the model."""
    extra = {"AWS_DATA_PATH": DATA_PATH} if DATA_PATH else {}
    return {**os.environ, **CREDENTIALS, **extra}


def client(endpoint):
    """A client that sends what it is given (no checks on its side) and never tries twice."""
    os.environ.update(CREDENTIALS)
    if DATA_PATH:
        os.environ["AWS_DATA_PATH"] = DATA_PATH
    session = boto3.Session(region_name="us-east-1")
    return session.client("stepfunctions", endpoint_url=endpoint, config=Config(
        retries={"total_max_attempts": 1}, parameter_validation=False, inject_host_prefix=False, read_timeout=90))
