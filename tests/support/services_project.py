"""A server with a treadle.yaml whose services are other programs, and one-state executions on it."""
import json
import tempfile
from pathlib import Path

from support.machines import ROLE, unique
from support.treadle import Server


class ProjectServer(Server):
    """With this treadle.yaml (an object), and no AWS variables but those given."""

    def __init__(self, project, environment=None):
        self.project = tempfile.TemporaryDirectory(prefix="treadle-project-")
        Path(self.project.name, "treadle.yaml").write_text(json.dumps(project))
        super().__init__("--project", self.project.name, environment=environment)
        self.environment = {name: value for name, value in self.environment.items()
                            if not name.startswith("AWS_") or name in (environment or {})}

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.project.cleanup()

    def run(self, *states):
        """The end of an execution of these states of a JSONata machine, one after the other."""
        return self.wait_for_end(self.begin(*states))

    def begin(self, *states):
        """The ARN of such an execution."""
        names = [f"State{i}" for i in range(len(states))]
        machine = {"QueryLanguage": "JSONata", "StartAt": names[0], "States": {
            name: {**state, **({"Next": names[i + 1]} if i + 1 < len(names) else {"End": True})}
            for i, (name, state) in enumerate(zip(names, states))}}
        status, body = self.call("CreateStateMachine", name=unique("services"), definition=json.dumps(machine),
                                 roleArn=ROLE)
        assert status == 200, body
        status, body = self.call("StartExecution", stateMachineArn=body["stateMachineArn"], input="{}")
        assert status == 200, body
        return body["executionArn"]

    def task(self, resource, **arguments):
        """The output of a Task, which must succeed."""
        end = self.run(task(resource, **arguments))
        assert end["status"] == "SUCCEEDED", end
        return json.loads(end["output"])

    def failed_task(self, resource, **arguments):
        """The (error, cause) of a Task, which must fail."""
        end = self.run(task(resource, **arguments))
        assert end["status"] == "FAILED", end
        return end["error"], end["cause"]


def task(resource, **arguments):
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments, "TimeoutSeconds": 30}
