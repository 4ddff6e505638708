"""eks:call and eks:runJob against an API server that takes the tokens of one cluster alone."""
import json
import unittest

from support.kubernetes import KubernetesServer
from support.services_project import ProjectServer, task

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AWS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
JOB = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "count"},
       "spec": {"template": {"spec": {"containers": [{"name": "main", "image": "busybox"}], "restartPolicy": "Never"}}}}
JOBS = "/apis/batch/v1/namespaces/default/jobs"


class EksTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(KubernetesServer("prod", KEY_ID, SECRET))
        cls.server = cls.enterClassContext(ProjectServer({"httpTask": {"allow": ["127.0.0.1"]}}, AWS))

    def setUp(self):
        self.cluster.reset()

    def arguments(self, **more):
        return {"ClusterName": "prod", "CertificateAuthority": self.cluster.certificate, "Endpoint": self.cluster.url,
                **more}

    def run_job(self, pattern="runJob.sync", **more):
        return self.server.task(f"eks:{pattern}", **self.arguments(**{"Job": JOB, **more}))

    def test_a_call(self):
        self.cluster.containers = [("p-1", "main")]
        got = self.server.task("eks:call", **self.arguments(
            Method="GET", Path="/api/v1/namespaces/default/pods", QueryParameters={"labelSelector": ["job-name=a b"]}))
        self.assertEqual((got["StatusCode"], got["StatusText"]), (200, "OK"))
        self.assertEqual(got["ResponseBody"]["items"][0]["metadata"], {"name": "p-1"})
        (method, path, query, content_type, body), = self.cluster.requests
        self.assertEqual((method, path, body), ("GET", "/api/v1/namespaces/default/pods", ""))
        self.assertEqual((query, content_type), ({"labelSelector": ["job-name=a b"]}, None))

    def test_bodies(self):
        for method, sent, content_type in (("POST", JOB, "application/json"),
                                           ("PATCH", {"a": 1}, "application/merge-patch+json"),
                                           ("PATCH", [{"op": "test"}], "application/json-patch+json")):
            with self.subTest(content_type):
                end = self.server.run(task("eks:call", **self.arguments(Method=method, Path=JOBS, RequestBody=sent)))
                self.assertIn(end["status"], ("SUCCEEDED", "FAILED"))
                *_, got_type, body = self.cluster.requests[-1]
                self.assertEqual((got_type, json.loads(body)), (content_type, sent))

    def test_what_the_server_refuses(self):
        error, cause = self.server.failed_task("eks:call", **self.arguments(Method="DELETE", Path=f"{JOBS}/none"))
        self.assertEqual(error, "EKS.404")
        self.assertEqual(json.loads(cause), {
            "ResponseBody": {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                             "message": "NotFound", "reason": "NotFound", "code": 404},
            "StatusCode": 404, "StatusText": "Not Found"})
        error, _ = self.server.failed_task("eks:call", **{**self.arguments(Method="GET", Path=JOBS),
                                                          "ClusterName": "another"})
        self.assertEqual(error, "EKS.401")

    def test_whom_the_certificate_does_not_vouch_for(self):
        with KubernetesServer("prod", KEY_ID, SECRET) as other:
            error, cause = self.server.failed_task("eks:call", **{
                **self.arguments(Method="GET", Path=JOBS), "Endpoint": other.url})
            self.assertEqual(error, "EKS.SdkClientException")
            self.assertIn("certificate", cause)
            self.assertEqual(other.requests, [])

    def test_what_can_not_be_asked(self):
        good = self.arguments(Method="GET", Path=JOBS)
        for change, said in (({"Endpoint": self.cluster.url.replace("https", "http")}, "no https URL"),
                             ({"CertificateAuthority": "@@"}, "CertificateAuthority"),
                             ({"Method": "TRACE"}, "TRACE"), ({"Path": None}, "'Path' is required")):
            with self.subTest(said):
                error, cause = self.server.failed_task("eks:call", **{**good, **change})
                self.assertEqual(error, "States.Runtime")
                self.assertIn(said, cause)
        with ProjectServer({}, AWS) as strict:
            error, cause = strict.failed_task("eks:call", **good)
            self.assertEqual(error, "EKS.SdkClientException")
            self.assertIn("not allowed", cause)
        self.assertEqual(self.cluster.requests, [])

    def test_a_job_is_made(self):
        got = self.run_job("runJob", Namespace="batch")
        self.assertEqual((got["StatusCode"], got["ResponseBody"]["metadata"]["namespace"]), (201, "batch"))
        self.assertEqual(self.cluster.asked(), [("POST", JOBS.replace("default", "batch"))])
        self.assertEqual(self.server.failed_task("eks:runJob", **self.arguments(Job=JOB, Namespace="batch"))[0],
                         "EKS.409")

    def test_a_job_is_waited_for(self):
        got = self.run_job(Job={**JOB, "metadata": {"generateName": "count-"}})
        self.assertEqual((got["metadata"]["name"], got["status"]["conditions"][1]["type"]), ("count-x1", "Complete"))
        self.assertNotIn("logs", got)
        self.assertEqual(self.cluster.asked()[-1], ("GET", f"{JOBS}/count-x1"))

    def test_logs(self):
        self.cluster.containers = [("p-1", "main"), ("p-1", "side"), ("p-2", "main")]
        self.cluster.logs = {("p-1", "main"): '{"pi": 3.14159}\n', ("p-2", "main"): "two\nlines\n"}
        got = self.run_job(LogOptions={"RetrieveLogs": True, "LogParameters": {"tailLines": ["6"]}})
        pods = got["logs"]["pods"]
        self.assertEqual(pods["p-1"]["containers"]["main"], {"log": {"pi": 3.14159}})
        self.assertEqual(pods["p-1"]["containers"]["side"]["error"], "EKS.400")
        self.assertEqual(pods["p-2"]["containers"]["main"], {"log": "two\nlines\n"})
        queries = [query for _, path, query, *_ in self.cluster.requests if path.endswith("/log")]
        self.assertEqual(queries[1], {"tailLines": ["6"], "container": ["side"]})
        del self.cluster.jobs["default", "count"]
        got = self.run_job(LogOptions={"RetrieveLogs": True, "RawLogs": True})
        self.assertEqual(got["logs"]["pods"]["p-1"]["containers"]["main"], {"log": '{"pi": 3.14159}\n'})

    def test_a_job_fails(self):
        self.cluster.outcome = "Failed"
        self.cluster.containers, self.cluster.logs = [("p-1", "main")], {("p-1", "main"): "no such file"}
        error, cause = self.server.failed_task(
            "eks:runJob.sync", **self.arguments(Job=JOB, LogOptions={"RetrieveLogs": True}))
        self.assertEqual(error, "States.TaskFailed")
        described = json.loads(cause)
        self.assertEqual(described["status"]["conditions"][1]["type"], "Failed")
        self.assertEqual(described["logs"]["pods"]["p-1"]["containers"]["main"], {"log": "no such file"})

    def test_a_job_that_nobody_waits_for_is_deleted(self):
        self.cluster.outcome = None
        end = self.server.run({**task("eks:runJob.sync", **self.arguments(Job=JOB)), "TimeoutSeconds": 1})
        self.assertEqual(end["error"], "States.Timeout")
        self.cluster.wait_for("DELETE", f"{JOBS}/count")
        self.assertEqual(self.cluster.requests[-1][2], {"propagationPolicy": ["Foreground"]})

    def test_a_job_whose_start_was_delivered_twice_is_made_once(self):
        self.cluster.loses_answers = True
        arn = self.server.begin(task("eks:runJob.sync", **self.arguments(Job=JOB)))
        self.cluster.wait_for("POST", JOBS)
        self.server.kill()
        with self.cluster.changed:
            self.cluster.loses_answers = False
            self.cluster.changed.notify_all()
        self.server.start()
        end = self.server.wait_for_end(arn)
        self.assertEqual(end["status"], "SUCCEEDED", end)
        self.assertEqual(self.cluster.asked()[:3], [("POST", JOBS), ("POST", JOBS), ("GET", f"{JOBS}/count")])


if __name__ == "__main__":
    unittest.main()
