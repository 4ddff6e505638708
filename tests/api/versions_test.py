"""Versions and aliases through boto3."""
import collections
import concurrent.futures
import unittest

from botocore.exceptions import ClientError

from api.operations import VERSIONS
from support import aws
from support.machines import PASS, ROLE, WAIT, machine, unique
from support.treadle import Server

OTHER = machine(Greet={"Type": "Pass", "Result": "other", "End": True})


@unittest.skipUnless(aws.DATA_PATH, "this boto3 may be older than versions; tests/js has them")
class VersionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.sfn = aws.client(cls.server.endpoint)
        cls.called = set()
        cls.sfn.meta.events.register("before-call", lambda model, **_: cls.called.add(model.name))

    @classmethod
    def tearDownClass(cls):
        missing = set(VERSIONS) - cls.called
        assert not missing, f"no test calls {sorted(missing)}"

    def create(self, definition=PASS, **fields):
        return self.sfn.create_state_machine(name=unique("versioned"), definition=definition, roleArn=ROLE, **fields)

    def update(self, arn, definition, **fields):
        return self.sfn.update_state_machine(stateMachineArn=arn, definition=definition, **fields)

    def describe(self, arn):
        return self.sfn.describe_state_machine(stateMachineArn=arn)

    def publish(self, arn, **fields):
        return self.sfn.publish_state_machine_version(stateMachineArn=arn, **fields)["stateMachineVersionArn"]

    def two_versions(self):
        """A machine's ARN and those of its versions 1 (PASS) and 2 (OTHER)."""
        made = self.create(publish=True)
        second = self.update(made["stateMachineArn"], OTHER, publish=True)["stateMachineVersionArn"]
        return made["stateMachineArn"], made["stateMachineVersionArn"], second

    def alias(self, *routes, name=None, **fields):
        return self.sfn.create_state_machine_alias(name=name or unique("alias"), routingConfiguration=[
            {"stateMachineVersionArn": arn, "weight": weight} for arn, weight in routes],
            **fields)["stateMachineAliasArn"]

    def start(self, arn):
        return self.sfn.start_execution(stateMachineArn=arn)["executionArn"]

    def refused(self, error, call, **parameters):
        with self.assertRaises(ClientError) as raised:
            call(**parameters)
        self.assertEqual(raised.exception.response["Error"]["Code"], error)
        return raised.exception.response

    def versions(self, arn, size=1000):
        pages = list(self.list_pages(self.sfn.list_state_machine_versions, "stateMachineVersions", arn, size))
        self.assertTrue(all(len(page) <= size for page in pages))
        return [v["stateMachineVersionArn"] for page in pages for v in page]

    @staticmethod
    def list_pages(operation, member, arn, size):
        token = {}
        while True:
            answer = operation(stateMachineArn=arn, maxResults=size, **token)
            yield answer[member]
            if "nextToken" not in answer:
                return
            token = {"nextToken": answer["nextToken"]}

    def test_a_version_keeps_what_it_was_published_with(self):
        made = self.create(publish=True, versionDescription="the first")
        arn, version = made["stateMachineArn"], made["stateMachineVersionArn"]
        self.assertEqual(version, arn + ":1")
        self.update(arn, OTHER, roleArn=ROLE + "-2", tracingConfiguration={"enabled": True})
        described = self.describe(version)
        self.assertEqual((described["stateMachineArn"], described["definition"], described["roleArn"],
                          described["description"], described["tracingConfiguration"]),
                         (version, PASS, ROLE, "the first", {"enabled": False}))
        self.assertNotIn("revisionId", described)
        current = self.describe(arn)
        self.assertEqual((current["definition"], current["roleArn"]), (OTHER, ROLE + "-2"))
        self.assertNotIn("description", current)

    def test_a_revision_is_published_once(self):
        arn = self.create()["stateMachineArn"]
        self.assertEqual(self.publish(arn, revisionId="INITIAL", description="one"), arn + ":1")
        self.assertEqual(self.publish(arn, description="one again"), arn + ":1")
        self.assertEqual(self.describe(arn + ":1")["description"], "one")
        revision = self.update(arn, OTHER)["revisionId"]
        self.assertEqual(self.publish(arn, revisionId=revision), arn + ":2")
        self.assertEqual(self.describe(arn + ":2")["revisionId"], revision)
        self.refused("ConflictException", self.publish, arn=arn, revisionId="INITIAL")
        self.assertEqual(self.update(arn, OTHER, publish=True)["stateMachineVersionArn"], arn + ":2")
        self.assertEqual(self.versions(arn), [arn + ":2", arn + ":1"])

    def test_an_update_that_changes_nothing_makes_no_revision(self):
        arn = self.create()["stateMachineArn"]
        self.assertNotIn("revisionId", self.update(arn, PASS, roleArn=ROLE, loggingConfiguration={"level": "OFF"}))
        first = self.update(arn, OTHER)["revisionId"]
        self.assertEqual(self.update(arn, OTHER)["revisionId"], first)
        self.assertNotEqual(self.update(arn, PASS)["revisionId"], first)

    def test_numbers_are_not_given_out_twice(self):
        arn, first, second = self.two_versions()
        self.sfn.delete_state_machine_version(stateMachineVersionArn=second)
        self.sfn.delete_state_machine_version(stateMachineVersionArn=second)
        self.assertEqual(self.publish(arn), arn + ":3")
        self.assertEqual(self.versions(arn), [arn + ":3", first])
        self.refused("StateMachineDoesNotExist", self.describe, arn=second)

    def test_versions_come_in_pages_newest_first(self):
        arn = self.create()["stateMachineArn"]
        for n in range(12):
            self.update(arn, machine(Greet={"Type": "Pass", "Result": n, "End": True}), publish=True)
        self.assertEqual(self.versions(arn, size=5), [f"{arn}:{n}" for n in range(12, 0, -1)])

    def test_creating_again_compares_the_version(self):
        fields = {"name": unique("again"), "definition": PASS, "roleArn": ROLE, "publish": True,
                  "versionDescription": "first"}
        first = self.sfn.create_state_machine(**fields)
        again = self.sfn.create_state_machine(**{**fields, "roleArn": ROLE + "-2"})
        self.assertEqual(first["stateMachineVersionArn"], again["stateMachineVersionArn"])
        for other in ({"versionDescription": "other"}, {"tracingConfiguration": {"enabled": True}},
                      {"definition": OTHER}):
            self.refused("StateMachineAlreadyExists", self.sfn.create_state_machine, **{**fields, **other})

    def test_an_execution_of_a_version(self):
        arn, first, _ = self.two_versions()
        execution = self.start(first)
        ended = self.server.wait_for_end(execution)
        self.assertEqual((ended["stateMachineArn"], ended["stateMachineVersionArn"]), (arn, first))
        self.assertNotIn("stateMachineAliasArn", ended)
        self.assertIn("hello", ended["output"])
        pinned = self.sfn.describe_state_machine_for_execution(executionArn=execution)
        self.assertEqual((pinned["stateMachineArn"], pinned["definition"]), (arn, PASS))
        self.assertNotIn("revisionId", pinned)
        started = self.sfn.get_execution_history(executionArn=execution)["events"][0]
        self.assertEqual(started["executionStartedEventDetails"]["stateMachineVersionArn"], first)
        self.assertNotIn("stateMachineVersionArn", self.server.wait_for_end(self.start(arn)))

    def test_the_life_of_an_alias(self):
        arn, first, second = self.two_versions()
        alias = self.alias((first, 100), name="live", description="what customers see")
        self.assertEqual(alias, arn + ":live")
        self.assertEqual(self.alias((first, 100), name="live", description="what customers see"), alias)
        self.refused("ConflictException", self.sfn.create_state_machine_alias, name="live", routingConfiguration=[
            {"stateMachineVersionArn": second, "weight": 100}])
        made = self.sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual(made["creationDate"], made["updateDate"])
        routes = [{"stateMachineVersionArn": first, "weight": 10}, {"stateMachineVersionArn": second, "weight": 90}]
        self.sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes)
        described = self.sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual((described["name"], described["description"], described["routingConfiguration"]),
                         ("live", "what customers see", routes))
        held = self.refused("ConflictException", self.sfn.delete_state_machine_version, stateMachineVersionArn=first)
        self.assertIn("[live]", held["Error"]["Message"])
        self.sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
        self.sfn.delete_state_machine_version(stateMachineVersionArn=first)
        self.refused("ResourceNotFound", self.sfn.describe_state_machine_alias, stateMachineAliasArn=alias)
        self.refused("StateMachineDoesNotExist", self.sfn.start_execution, stateMachineArn=alias)

    def test_aliases_are_listed_by_machine_and_by_version(self):
        arn, first, second = self.two_versions()
        aliases = [self.alias((version, 100), name=name)
                   for name, version in (("a", first), ("b", second), ("c", first))]
        both = self.alias((first, 50), (second, 50), name="d")
        for listed, expected in ((arn, [*aliases, both]), (first, [aliases[0], aliases[2], both])):
            pages = self.list_pages(self.sfn.list_state_machine_aliases, "stateMachineAliases", listed, 2)
            self.assertEqual([a["stateMachineAliasArn"] for page in pages for a in page], expected)

    def test_the_draw_is_kept(self):
        arn, first, second = self.two_versions()
        alias = self.alias((first, 50), (second, 50), name="half")
        self.sfn.update_state_machine_alias(stateMachineAliasArn=alias, description="half and half")
        count = 60  # all on one side: once in 2^59
        executions = [self.start(alias) for _ in range(count)]
        drawn = collections.Counter()
        for execution in executions:
            ended = self.server.wait_for_end(execution)
            self.assertEqual((ended["stateMachineAliasArn"], ended["stateMachineArn"]), (alias, arn))
            drawn[ended["stateMachineVersionArn"]] += 1
            self.assertEqual(ended["stateMachineVersionArn"] == second, ended["output"] == '"other"')
        self.assertEqual(set(drawn), {first, second})
        for listed, expected in ((arn, count), (alias, count), *drawn.items()):
            found = self.sfn.list_executions(stateMachineArn=listed, statusFilter="SUCCEEDED")["executions"]
            self.assertEqual(len(found), expected, listed)
            self.assertTrue(all(e["stateMachineAliasArn"] == alias for e in found))
        self.assertEqual(self.sfn.list_executions(stateMachineArn=alias, statusFilter="RUNNING")["executions"], [])

    def test_a_weight_of_nothing_is_never_drawn(self):
        _, first, second = self.two_versions()
        alias = self.alias((first, 0), (second, 100))
        self.assertEqual({self.server.wait_for_end(self.start(alias))["stateMachineVersionArn"]
                          for _ in range(20)}, {second})

    def test_all_of_it_survives_a_kill(self):
        made = self.create(WAIT, publish=True, versionDescription="one")
        arn, version = made["stateMachineArn"], made["stateMachineVersionArn"]
        alias = self.alias((version, 100), description="kept")
        execution = self.start(alias)
        revision = self.update(arn, PASS)["revisionId"]
        self.server.kill()
        self.server.start()
        self.assertEqual(self.versions(arn), [version])
        self.assertEqual(self.describe(version)["description"], "one")
        self.assertEqual(self.describe(arn)["revisionId"], revision)
        self.assertEqual(self.sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["description"], "kept")
        self.sfn.stop_execution(executionArn=execution)
        ended = self.sfn.describe_execution(executionArn=execution)
        self.assertEqual((ended["stateMachineAliasArn"], ended["stateMachineVersionArn"]), (alias, version))
        aborted = self.sfn.list_executions(stateMachineArn=version, statusFilter="ABORTED")["executions"]
        self.assertEqual([e["executionArn"] for e in aborted], [execution])

    def test_a_namesake_of_a_deleted_machine_begins_anew(self):
        name = unique("reborn")
        fields = {"name": name, "definition": PASS, "roleArn": ROLE}
        made = self.sfn.create_state_machine(**fields, publish=True)
        arn, version = made["stateMachineArn"], made["stateMachineVersionArn"]
        alias = self.alias((version, 100))
        self.server.wait_for_end(self.start(alias))
        self.sfn.delete_state_machine(stateMachineArn=arn)
        self.assertEqual(self.versions(arn), [])
        self.refused("ResourceNotFound", self.sfn.describe_state_machine_alias, stateMachineAliasArn=alias)
        self.sfn.create_state_machine(**fields)
        self.assertEqual(self.versions(arn), [])
        self.assertEqual(self.publish(arn), version)
        self.assertEqual(self.sfn.list_executions(stateMachineArn=version)["executions"], [])

    def test_calls_that_meet_all_count(self):
        arn = self.create()["stateMachineArn"]
        version = self.publish(arn)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            published = set(pool.map(lambda _: self.publish(arn), range(16)))
            aliases = list(pool.map(lambda n: self.alias((version, 100), name=f"a{n:02}"), range(40)))
        self.assertEqual(published, {version})
        pages = self.list_pages(self.sfn.list_state_machine_aliases, "stateMachineAliases", arn, 1000)
        self.assertEqual([a["stateMachineAliasArn"] for page in pages for a in page], aliases)

    def test_limits(self):
        arn = self.create()["stateMachineArn"]
        version = self.publish(arn)
        for n in range(100):
            self.alias((version, 100), name=f"a{n}")
        answer = self.refused("ServiceQuotaExceededException", self.sfn.create_state_machine_alias, name="one-more",
                              routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}])
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 402)
        for n in range(2, 1001):
            self.update(arn, machine(Greet={"Type": "Pass", "Result": n, "End": True}), publish=True)
        self.refused("ServiceQuotaExceededException", self.update, arn=arn, definition=PASS, publish=True)
        self.sfn.delete_state_machine_version(stateMachineVersionArn=f"{arn}:500")
        self.assertEqual(self.update(arn, PASS, publish=True)["stateMachineVersionArn"], f"{arn}:1001")

    def test_tokens_belong_to_their_arguments(self):
        arn, first, _ = self.two_versions()
        other, *_ = self.two_versions()
        token = self.sfn.list_state_machine_versions(stateMachineArn=arn, maxResults=1)["nextToken"]
        self.sfn.list_state_machine_versions(stateMachineArn=arn, nextToken=token)
        self.refused("InvalidToken", self.sfn.list_state_machine_versions, stateMachineArn=other, nextToken=token)
        self.refused("InvalidToken", self.sfn.list_state_machine_aliases, stateMachineArn=arn, nextToken=token)
        execution = self.start(first)
        self.server.wait_for_end(execution)
        token = self.sfn.get_execution_history(executionArn=execution, maxResults=1)["nextToken"]
        self.refused("InvalidToken", self.sfn.get_execution_history, executionArn=execution, nextToken=token,
                     reverseOrder=True)


if __name__ == "__main__":
    unittest.main()
