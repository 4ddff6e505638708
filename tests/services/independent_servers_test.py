"""Tasks that call an S3 and a DynamoDB that others have written, read and written from the other side by boto3."""
import unittest

import boto3
from botocore.config import Config

from support.services import HAS_NPM, WITHOUT_NPM, NpmServers
from support.services_project import ProjectServer, task

# The S3 server knows these keys alone.
KEYS = {"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"}
TABLE = {"TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "line", "KeyType": "RANGE"}],
         "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"},
                                  {"AttributeName": "line", "AttributeType": "N"}]}
ITEM = {"id": {"S": "a"}, "line": {"N": "1"}, "price": {"N": "12.50"}, "gift": {"BOOL": True}, "note": {"NULL": True},
        "tags": {"SS": ["new", "red"]}, "parts": {"L": [{"N": "1"}, {"M": {"k": {"S": "v"}}}]}}
KEY = {"id": {"S": "a"}, "line": {"N": "1"}}


def client(service, url):
    return boto3.Session(aws_access_key_id="S3RVER", aws_secret_access_key="S3RVER", region_name="us-east-1").client(
        service, endpoint_url=url, config=Config(s3={"addressing_style": "path"}))


@unittest.skipUnless(HAS_NPM, WITHOUT_NPM)
class IndependentServersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.npm = cls.enterClassContext(NpmServers("s3", "dynamodb"))
        cls.s3 = client("s3", cls.npm.url("s3"))
        cls.dynamodb = client("dynamodb", cls.npm.url("dynamodb"))
        cls.s3.create_bucket(Bucket="papers")
        cls.dynamodb.create_table(**TABLE)
        cls.server = cls.enterClassContext(ProjectServer(
            {"services": {"s3": cls.npm.url("s3"), "dynamodb": cls.npm.url("dynamodb")}}, KEYS))

    # ---- S3

    def test_an_object_is_written_and_read(self):
        key = "new papers/größe & <more>+~.txt"
        put = self.server.task("aws-sdk:s3:putObject", Bucket="papers", Key=key, Body="grüße",
                               ContentType="text/plain; charset=utf-8", Metadata={"author": "ada"})
        self.assertRegex(put["ETag"], '^"[0-9a-f]{32}"$')
        seen = self.s3.get_object(Bucket="papers", Key=key)
        self.assertEqual(seen["Body"].read().decode(), "grüße")
        self.assertEqual((seen["ContentType"], seen["Metadata"]), ("text/plain; charset=utf-8", {"author": "ada"}))
        got = self.server.task("aws-sdk:s3:getObject", Bucket="papers", Key=key)
        self.assertEqual((got["Body"], got["ContentLength"], got["ETag"], got["Metadata"]),
                         ("grüße", 7, put["ETag"], {"author": "ada"}))

    def test_an_object_is_written_as_json(self):
        self.server.task("aws-sdk:s3:putObject", Bucket="papers", Key="order.json", Body={"order": 7, "lines": [1, 2]})
        self.assertEqual(self.s3.get_object(Bucket="papers", Key="order.json")["Body"].read(),
                         b'{"order":7,"lines":[1,2]}')

    def test_a_part_of_an_object(self):
        self.s3.put_object(Bucket="papers", Key="alphabet", Body="abcdefgh")
        got = self.server.task("aws-sdk:s3:getObject", Bucket="papers", Key="alphabet", Range="bytes=2-4")
        self.assertEqual((got["Body"], got["ContentRange"]), ("cde", "bytes 2-4/8"))

    def test_objects_are_listed(self):
        for name in ("2025/a", "2025/b", "2026/c", "index"):
            self.s3.put_object(Bucket="papers", Key=f"list/{name}", Body=name)
        got = self.server.task("aws-sdk:s3:listObjectsV2", Bucket="papers", Prefix="list/", Delimiter="/")
        self.assertEqual([entry["Key"] for entry in got["Contents"]], ["list/index"])
        self.assertEqual([entry["Prefix"] for entry in got["CommonPrefixes"]], ["list/2025/", "list/2026/"])
        got = self.server.task("aws-sdk:s3:listObjectsV2", Bucket="papers", Prefix="list/2025/")
        self.assertEqual([entry["Size"] for entry in got["Contents"]], [6, 6])
        self.assertEqual((got["KeyCount"], got["IsTruncated"]), (2, False))

    def test_objects_are_copied_and_deleted(self):
        self.s3.put_object(Bucket="papers", Key="first", Body="text")
        self.server.task("aws-sdk:s3:copyObject", Bucket="papers", Key="second", CopySource="papers/first")
        self.assertEqual(self.s3.get_object(Bucket="papers", Key="second")["Body"].read(), b"text")
        self.server.task("aws-sdk:s3:deleteObjects", Bucket="papers",
                         Delete={"Objects": [{"Key": "first"}, {"Key": "second"}]})
        self.assertNotIn("Contents", self.s3.list_objects_v2(Bucket="papers", Prefix="first"))

    def test_what_s3_refuses(self):
        error, cause = self.server.failed_task("aws-sdk:s3:getObject", Bucket="papers", Key="nowhere")
        self.assertEqual(error, "S3.NoSuchKeyException")
        self.assertIn("(Service: S3, Status Code: 404,", cause)
        error, _ = self.server.failed_task("aws-sdk:s3:getObject", Bucket="no-such-bucket", Key="nowhere")
        self.assertIn(error, ("S3.NoSuchBucketException", "S3.S3Exception"))

    def test_unknown_keys_are_refused(self):
        with ProjectServer({"services": {"s3": self.npm.url("s3")}},
                           {**KEYS, "AWS_ACCESS_KEY_ID": "UNKNOWN"}) as server:
            error, cause = server.failed_task("aws-sdk:s3:getObject", Bucket="papers", Key="any")
        self.assertEqual(error, "S3.S3Exception")
        self.assertIn("Status Code: 403", cause)

    def test_the_endpoint_of_the_environment(self):
        with ProjectServer({}, {**KEYS, "AWS_ENDPOINT_URL_S3": self.npm.url("s3")}) as server:
            server.task("aws-sdk:s3:putObject", Bucket="papers", Key="by-variable", Body="x")
        self.assertEqual(self.s3.get_object(Bucket="papers", Key="by-variable")["Body"].read(), b"x")

    # ---- DynamoDB

    def test_an_item_through_the_optimized_integration(self):
        put = self.server.task("dynamodb:putItem", TableName="orders", Item=ITEM)
        self.assertEqual(put["SdkHttpMetadata"]["HttpStatusCode"], 200)
        seen = self.dynamodb.get_item(TableName="orders", Key=KEY)["Item"]
        self.assertEqual(seen, {**ITEM, "price": {"N": "12.5"}})
        updated = self.server.task("dynamodb:updateItem", TableName="orders", Key=KEY, ReturnValues="UPDATED_NEW",
                                   UpdateExpression="SET price = price + :more",
                                   ExpressionAttributeValues={":more": {"N": "0.5"}})
        self.assertEqual(updated["Attributes"], {"price": {"N": "13"}})
        got = self.server.task("dynamodb:getItem", TableName="orders", Key=KEY)
        self.assertEqual(got["Item"], {**ITEM, "price": {"N": "13"}})
        gone = self.server.task("dynamodb:deleteItem", TableName="orders", Key=KEY, ReturnValues="ALL_OLD")
        self.assertEqual(gone["Attributes"], got["Item"])
        self.assertNotIn("Item", self.dynamodb.get_item(TableName="orders", Key=KEY))

    def test_items_through_the_sdk_integration(self):
        lines = [{"id": {"S": "b"}, "line": {"N": str(n)}} for n in range(5)]
        written = self.server.task("aws-sdk:dynamodb:batchWriteItem", RequestItems={
            "orders": [{"PutRequest": {"Item": line}} for line in lines]})
        self.assertEqual(written, {"UnprocessedItems": {}})
        got = self.server.task("aws-sdk:dynamodb:query", TableName="orders", KeyConditionExpression="id = :id AND line > :n",
                               ExpressionAttributeValues={":id": {"S": "b"}, ":n": {"N": "2"}}, ScanIndexForward=False)
        self.assertEqual((got["Items"], got["Count"]), ([lines[4], lines[3]], 2))
        got = self.server.task("aws-sdk:dynamodb:scan", TableName="orders", Select="COUNT")
        self.assertGreaterEqual(got["Count"], 5)
        got = self.server.task("aws-sdk:dynamodb:describeTable", TableName="orders")
        self.assertEqual([key["AttributeName"] for key in got["Table"]["KeySchema"]], ["id", "line"])
        self.assertRegex(got["Table"]["CreationDateTime"], r"^20\d\d-\d\d-\d\dT[\d:.]+Z$")

    def test_what_dynamodb_refuses(self):
        condition = {"TableName": "orders", "Item": ITEM, "ConditionExpression": "attribute_exists(nothing)"}
        for resource, error in (("dynamodb:putItem", "DynamoDB.ConditionalCheckFailedException"),
                                ("aws-sdk:dynamodb:putItem", "DynamoDb.ConditionalCheckFailedException")):
            with self.subTest(resource):
                self.assertEqual(self.server.failed_task(resource, **condition)[0], error)
        for resource, error in (("dynamodb:getItem", "DynamoDB.AmazonDynamoDBException"),
                                ("aws-sdk:dynamodb:getItem", "DynamoDb.DynamoDbException")):
            with self.subTest(resource):
                got, cause = self.server.failed_task(resource, TableName="orders", Key={"id": {"S": "a"}})
                self.assertEqual(got, error)
                self.assertIn("The provided key element does not match the schema", cause)

    def test_a_retrier_and_a_catcher_see_the_error(self):
        missing = task("dynamodb:getItem", TableName="missing", Key={"id": {"S": "a"}})
        end = self.server.run({**missing, "Catch": [{"ErrorEquals": ["DynamoDB.ResourceNotFoundException"],
                                                     "Output": "{% $states.errorOutput.Error %}", "Next": "State1"}]},
                              {"Type": "Pass"})
        self.assertEqual((end["status"], end["output"]), ("SUCCEEDED", '"DynamoDB.ResourceNotFoundException"'))


if __name__ == "__main__":
    unittest.main()
