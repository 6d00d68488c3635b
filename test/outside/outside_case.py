"""What all checks share: the simulator, the SDK's APIs, and that no check leaves a difference behind."""

import unittest
import urllib.request
from dataclasses import dataclass, field

from PureCloudPlatformClientV2 import (
    AnalyticsApi,
    ArchitectApi,
    AuditApi,
    NotificationsApi,
    OrganizationApi,
    OutboundApi,
    TelephonyProvidersEdgeApi,
    UsersApi,
    WorkforceManagementApi,
)
from PureCloudPlatformClientV2.rest import ApiException

from allowed_differences import UNKNOWN_FIELDS
from model_comparison import Comparison
from sdk_client import SdkClient
from simulator_process import SimulatorProcess


MOST_DIFFERENCES = 20
"""A wrong field of a large result differs thousands of times."""


@dataclass
class Apis:
    """The SDK's APIs that have a simulated endpoint, on one client."""

    client: SdkClient

    def __post_init__(self) -> None:
        self.organization = OrganizationApi(self.client)
        self.wfm = WorkforceManagementApi(self.client)
        self.analytics = AnalyticsApi(self.client)
        self.telephony = TelephonyProvidersEdgeApi(self.client)
        self.architect = ArchitectApi(self.client)
        self.outbound = OutboundApi(self.client)
        self.audit = AuditApi(self.client)
        self.notifications = NotificationsApi(self.client)
        self.users = UsersApi(self.client)


@dataclass
class World:
    """One simulator and what was seen of it."""

    simulator: SimulatorProcess
    comparison: Comparison = field(default_factory=Comparison)
    clients: list[SdkClient] = field(default_factory=list)
    downloads: int = 0
    logins: int = 0
    sockets: int = 0

    def sdk(self, url: str | None = None, waits_by_itself: bool = True) -> Apis:
        """The SDK with a token of its own; `url` where something stands in between."""
        apis = self.sdk_without_token(url or self.simulator.url, waits_by_itself)
        apis.client.get_client_credentials_token(self.simulator.client_id, self.simulator.client_secret)
        self.logins += 1
        return apis

    def sdk_without_token(self, url: str, waits_by_itself: bool = True) -> Apis:
        client = SdkClient(url, self.comparison, waits_by_itself)
        self.clients.append(client)
        return Apis(client)

    def download(self, url: str) -> bytes:
        """Follows a signed URL as it is: no token, no header."""
        with urllib.request.urlopen(url) as response:
            self.downloads += 1
            return response.read()


class OutsideCase(unittest.TestCase):
    """A group of checks. Each fails by itself where one of its answers differs from the SDK's models."""

    world: World
    apis: Apis
    reported: set[tuple[str, str]] = set()
    """Unknown fields that a check has failed for: once is enough."""

    def tearDown(self) -> None:
        comparison = self.world.comparison
        differences, comparison.differences = comparison.differences, []
        for (model, name), path in comparison.unknown.items():
            if (model, name) not in {*UNKNOWN_FIELDS, *self.reported}:
                self.reported.add((model, name))
                differences.append(f"{path}: {model} has no field {name}")
        comparison.unknown = {place: path for place, path in comparison.unknown.items() if place in UNKNOWN_FIELDS}
        if differences:
            more = len(differences) - MOST_DIFFERENCES
            ending = [f"… and {more} more"] if more > 0 else []
            self.fail("\n".join([f"{len(differences)} differ:", *differences[:MOST_DIFFERENCES], *ending]))

    def refusal(self, status: int, code: str, call) -> ApiException:
        """Calls and expects an error body of that status and code."""
        with self.assertRaises(ApiException) as caught:
            call()
        self.assertEqual((status, code), (caught.exception.status, self.body_of(caught.exception).code))
        return caught.exception

    def body_of(self, refused: ApiException):
        """A refusal's body as the SDK's own ErrorBody."""
        return decoded_by_sdk(self.apis.client, refused.body, "ErrorBody")


class Text:
    """A text as the SDK expects a response."""

    def __init__(self, text: str) -> None:
        self.data = text

    def getheader(self, _name: str) -> str:
        return "application/json"


def decoded_by_sdk(client: SdkClient, text: str, model: str):
    """Reads JSON that came by another way than a call as the SDK reads answers."""
    return client.deserialize(Text(text), model)
