"""Drives every simulated endpoint with Genesys's official Python SDK, and reads what is published. Run by `npm run outside`."""

import signal
import sys
import time
import unittest
from importlib.metadata import version

from process_environment import isolate

isolate()

from checks_adherence import Adherence  # noqa: E402
from checks_completeness import Completeness  # noqa: E402
from checks_notifications import Notifications  # noqa: E402
from checks_occupancy import Occupancy  # noqa: E402
from checks_published import Published  # noqa: E402
from checks_readings import Readings  # noqa: E402
from checks_refusals import Refusals  # noqa: E402
from checks_schedules import Schedules  # noqa: E402
from checks_structure import Structure  # noqa: E402
from checks_telephony import Telephony  # noqa: E402
from outside_case import OutsideCase, World  # noqa: E402
from simulator_process import SimulatorProcess  # noqa: E402


class Sentences(unittest.TextTestResult):
    """Says each check as the sentence that describes it."""

    def getDescription(self, test: unittest.TestCase) -> str:
        return test.shortDescription() or str(test)


def main() -> int:
    """Exit code 0 where every check passed. The last line counts them."""
    # Ended from outside, it still ends the simulator.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    print(f"the simulator and our readings, held to the official Python SDK {version('PureCloudPlatformClientV2')}; what is published, to pyarrow {version('pyarrow')}")
    simulator = SimulatorProcess("--job-seconds", "0.2-0.5", "--token-limit", "0")
    try:
        OutsideCase.world = World(simulator)
        OutsideCase.apis = OutsideCase.world.sdk()
        load = unittest.defaultTestLoader.loadTestsFromTestCase
        # Completeness goes last: it looks at what the others did.
        suite = unittest.TestSuite(load(case) for case in (Published, Structure, Telephony, Schedules, Adherence, Occupancy, Notifications, Refusals, Readings, Completeness))
        result = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Sentences).run(suite)
    finally:
        simulator.close()
    world = OutsideCase.world
    answers = sum(client.answers for client in world.clients)
    print(f"{world.comparison.fields} fields of {answers} answers compared in {time.monotonic() - started:.1f} s")
    failed = len({getattr(test, "test_case", test) for test, _ in [*result.failures, *result.errors]})
    print(f"outside: {result.testsRun - failed} checks passed, {failed} failed")
    return 0 if result.wasSuccessful() else 1


sys.exit(main())
