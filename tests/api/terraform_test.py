"""The calls that Terraform's AWS provider makes for its resources, in its order, and what it needs of the answers."""
import json
import unittest
import urllib.request

from botocore.exceptions import ClientError

from support import aws
from support.machines import PASS, ROLE, WAIT, unique
from support.treadle import Server

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/states/orders:*"
LOGGING = {"level": "ERROR", "includeExecutionData": True,
           "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}]}


@unittest.skipUnless(aws.DATA_PATH, "this boto3 may be older than the operations that the provider calls")
class TerraformTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.sfn = aws.client(cls.server.endpoint)

    def code_of(self, call, **parameters):
        with self.assertRaises(ClientError) as raised:
            call(**parameters)
        return raised.exception.response["Error"]["Code"]

    def read_machine(self, arn):
        """What the provider keeps in its state."""
        machine = self.sfn.describe_state_machine(stateMachineArn=arn)
        versions = self.sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
        tags = self.sfn.list_tags_for_resource(resourceArn=arn)["tags"]
        return {**machine, "version": versions[0]["stateMachineVersionArn"] if versions else "",
                "tags": {tag["key"]: tag["value"] for tag in tags}}

    def plan(self, definition, kind="STANDARD"):
        return self.sfn.validate_state_machine_definition(definition=definition, type=kind)["result"]

    def create_machine(self, definition, **fields):
        name = unique("tf")
        made = self.sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE, type="STANDARD",
                                             **{"publish": False, **fields})
        return name, made["stateMachineArn"]

    def delete_machine(self, arn):
        self.sfn.delete_state_machine(stateMachineArn=arn)
        self.assertEqual(self.code_of(self.sfn.describe_state_machine, stateMachineArn=arn), "StateMachineDoesNotExist")

    def test_the_provider_asks_who_it_is(self):
        request = urllib.request.Request(self.server.endpoint, b"Action=GetCallerIdentity&Version=2011-06-15",
                                         {"Content-Type": "application/x-www-form-urlencoded"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.assertIn(b"<Account>", answer.read())

    def test_a_machine_with_defaults(self):
        definition = json.dumps(json.loads(PASS), indent=2) + "\n"  # kept to the byte, or each plan shows a change
        self.assertEqual(self.plan(definition), "OK")
        name, arn = self.create_machine(definition)
        machine = self.read_machine(arn)
        self.assertEqual((machine["name"], machine["definition"], machine["roleArn"], machine["type"],
                          machine["status"], machine["version"], machine["tags"]),
                         (name, definition, ROLE, "STANDARD", "ACTIVE", "", {}))
        self.assertEqual(machine["loggingConfiguration"], {"level": "OFF", "includeExecutionData": False})
        self.assertEqual(machine["tracingConfiguration"], {"enabled": False})
        self.delete_machine(arn)

    def test_a_machine_with_everything(self):
        key = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/orders", "kmsDataKeyReusePeriodSeconds": 900}
        _, arn = self.create_machine(PASS, loggingConfiguration=LOGGING, tracingConfiguration={"enabled": True},
                                     encryptionConfiguration=key, publish=True,
                                     tags=[{"key": "team", "value": "orders"}])
        machine = self.read_machine(arn)
        self.assertEqual((machine["loggingConfiguration"], machine["tracingConfiguration"],
                          machine["encryptionConfiguration"], machine["version"], machine["tags"]),
                         (LOGGING, {"enabled": True}, key, arn + ":1", {"team": "orders"}))
        owned = {"type": "AWS_OWNED_KEY"}
        self.sfn.update_state_machine(stateMachineArn=arn, definition=PASS, roleArn=ROLE, publish=True,
                                      encryptionConfiguration=owned)
        machine = self.read_machine(arn)
        self.assertEqual((machine["encryptionConfiguration"], machine["version"]), (owned, arn + ":2"))
        self.delete_machine(arn)

    def test_an_update_is_seen_at_once(self):
        _, arn = self.create_machine(PASS, publish=True)
        self.assertEqual(self.plan(WAIT), "OK")
        self.sfn.update_state_machine(stateMachineArn=arn, definition=WAIT, roleArn=ROLE + "-2", publish=True,
                                      loggingConfiguration=LOGGING, tracingConfiguration={"enabled": True})
        machine = self.read_machine(arn)
        self.assertEqual((machine["definition"], machine["roleArn"], machine["loggingConfiguration"],
                          machine["tracingConfiguration"], machine["version"]),
                         (WAIT, ROLE + "-2", LOGGING, {"enabled": True}, arn + ":2"))
        self.sfn.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
        self.sfn.untag_resource(resourceArn=arn, tagKeys=["a"])
        self.assertEqual(self.read_machine(arn)["tags"], {"b": "2"})
        self.delete_machine(arn)

    def test_an_express_machine(self):
        name = unique("tf")
        arn = self.sfn.create_state_machine(name=name, definition=PASS, roleArn=ROLE, type="EXPRESS",
                                            publish=True)["stateMachineArn"]
        machine = self.read_machine(arn)
        self.assertEqual((machine["type"], machine["version"]), ("EXPRESS", arn + ":1"))
        self.delete_machine(arn)

    def test_an_alias(self):
        _, arn = self.create_machine(PASS, publish=True)
        route = [{"stateMachineVersionArn": arn + ":1", "weight": 100}]
        alias = self.sfn.create_state_machine_alias(name="live", description="", routingConfiguration=route)
        alias = alias["stateMachineAliasArn"]
        read = self.sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual((read["stateMachineAliasArn"], read["name"], read["routingConfiguration"]),
                         (alias, "live", route))
        self.sfn.update_state_machine(stateMachineArn=arn, definition=WAIT, roleArn=ROLE, publish=True)
        route = [{"stateMachineVersionArn": f"{arn}:{n}", "weight": 50} for n in (1, 2)]
        self.sfn.update_state_machine_alias(stateMachineAliasArn=alias, description="both", routingConfiguration=route)
        read = self.sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual((read["description"], read["routingConfiguration"]), ("both", route))
        self.sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual(self.code_of(self.sfn.describe_state_machine_alias, stateMachineAliasArn=alias),
                         "ResourceNotFound")
        self.delete_machine(arn)

    def test_an_activity(self):
        name = unique("tf")
        arn = self.sfn.create_activity(name=name, tags=[{"key": "team", "value": "orders"}])["activityArn"]
        read = self.sfn.describe_activity(activityArn=arn)
        self.assertEqual((read["name"], read["encryptionConfiguration"]), (name, {"type": "AWS_OWNED_KEY"}))
        self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=arn)["tags"], [{"key": "team", "value": "orders"}])
        self.sfn.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "stock"}])
        self.sfn.delete_activity(activityArn=arn)
        self.assertEqual(self.code_of(self.sfn.describe_activity, activityArn=arn), "ActivityDoesNotExist")

    def test_data_sources(self):
        name, arn = self.create_machine(PASS, publish=True)
        pages = self.sfn.get_paginator("list_state_machines").paginate()
        found = [m["stateMachineArn"] for page in pages for m in page["stateMachines"] if m["name"] == name]
        self.assertEqual(found, [arn])
        versions = self.sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
        self.assertEqual([v["stateMachineVersionArn"] for v in versions], [arn + ":1"])
        self.delete_machine(arn)


if __name__ == "__main__":
    unittest.main()
