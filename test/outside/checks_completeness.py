"""That nothing was left out. Runs last."""

from allowed_differences import OPTIONAL_READINGS, UNKNOWN_FIELDS
from model_comparison import fields_of
from outside_case import OutsideCase


class Completeness(OutsideCase):
    def test_every_endpoint(self):
        """Every endpoint that the simulator has was called by the SDK, or by the way that Genesys's own answers lead"""
        called = {call for client in self.world.clients for call in client.called}
        for endpoint in self.world.simulator.control("endpoints"):
            call = (endpoint["method"], endpoint["path"])
            with self.subTest(endpoint=" ".join(call)):
                if endpoint["kind"] == "api":
                    self.assertIn(call, called, "no check calls it through the SDK: add one to test/outside")
                elif endpoint["kind"] == "login":
                    self.assertGreater(self.world.logins, 0)
                elif endpoint["kind"] == "download":
                    self.assertGreater(self.world.downloads, 0)
                elif endpoint["kind"] == "channel":
                    self.assertGreater(self.world.sockets, 0)
                else:
                    self.assertEqual("control", endpoint["kind"], "neither API, login, download, channel nor control")

    def test_every_exception(self):
        """Every field that may differ from the models was met, and is still unknown to them"""
        met = self.world.comparison.unknown
        for model, name in UNKNOWN_FIELDS:
            self.assertIn((model, name), met, "no answer had it: take it off the list")
        for model, name in OPTIONAL_READINGS:
            self.assertNotIn(name, fields_of(model), "the model has it by now: take it off the list")

    def test_no_leak(self):
        """No download came with a token"""
        self.assertEqual(0, self.world.simulator.control("counts")["tokenLeaks"])
