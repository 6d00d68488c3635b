"""A simulator as a person starts it, in a process of its own."""

import json
import subprocess
import urllib.request

from process_environment import ENVIRONMENT


class SimulatorProcess:
    """`rosterline simulate --port 0 --json`, until `close`."""

    def __init__(self, *options: str) -> None:
        command = ["node", "bin/rosterline", "simulate", "--port", "0", "--json", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulator did not start: {self._process.stderr.read()}")
        started = json.loads(line)
        self.url: str = started["url"]
        self.client_id: str = started["clientId"]
        self.client_secret: str = started["clientSecret"]
        self._control: str = started["control"]

    def control(self, what: str):
        """Reads a counter or list of the simulator's own."""
        with urllib.request.urlopen(f"{self._control}/{what}") as response:
            return json.load(response)

    def add_fault(self, **fault) -> str:
        """Arms a fault; hands over the id to remove it by."""
        body = json.dumps(fault).encode()
        request = urllib.request.Request(f"{self._control}/faults", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request) as response:
            return json.load(response)["id"]

    def remove_fault(self, fault_id: str) -> None:
        request = urllib.request.Request(f"{self._control}/faults/{fault_id}", method="DELETE")
        urllib.request.urlopen(request).close()

    def add_limit(self, **limit) -> str:
        """Puts a limit in force; hands over its name."""
        return self.send("POST", "limits", limit)["name"]

    def change_limit(self, name: str, **change) -> None:
        self.send("PATCH", f"limits/{name}", change)

    def send(self, method: str, what: str, body: dict):
        """Uses a switch of the simulator's own."""
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self._control}/{what}", json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._process.stderr.close()
