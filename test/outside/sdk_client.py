"""The SDK's own client, watched: each answer is compared with its model as it comes."""

import json

import urllib3
from PureCloudPlatformClientV2 import ApiClient
from PureCloudPlatformClientV2.rest import ApiException

from model_comparison import Comparison


class SdkClient(ApiClient):
    """Logs in and calls as the SDK does, and keeps what it called and what differed."""

    def __init__(self, url: str, comparison: Comparison, waits_by_itself: bool = True) -> None:
        """`waits_by_itself`: whether the SDK's HTTP library follows `Retry-After` on its own, which is its default."""
        super().__init__(host=url)
        self.comparison = comparison
        self.called: set[tuple[str, str]] = set()
        """(method, path with `{names}`) of every call."""
        self.answers = 0
        if not waits_by_itself:
            self.get_http_client().rest_client.pool_manager.connection_pool_kw["retries"] = urllib3.Retry(total=False)

    def call_api(self, resource_path, method, *positional, **named):
        self.called.add((method, resource_path))
        name = f"{method} {resource_path}"
        self.answers += 1
        try:
            decoded = super().call_api(resource_path, method, *positional, **named)
        except ApiException as refused:
            self._refusal(refused, name)
            raise
        if named["response_type"] is not None:
            raw = json.loads(self.last_response.data)
            self.comparison.compare(raw, named["response_type"], name, decoded, is_decoded=True)
        elif self.last_response.data and self.last_response.status == 204:
            self.comparison.differences.append(f"{name}: 204 with a body")
        self._headers(self.last_response.getheaders(), name)
        return decoded

    def _refusal(self, refused: ApiException, name: str) -> None:
        if not (refused.headers or {}).get("content-type", "").startswith("application/json"):
            return
        body = json.loads(refused.body)
        path = f"{refused.status} {name}"
        self.comparison.compare(body, "ErrorBody", path)
        self._headers(refused.headers, path)
        for required in ("message", "code", "status", "contextId"):
            if not body.get(required):
                self.comparison.differences.append(f"{path}: the refusal has no {required}")
        if body.get("status") != refused.status:
            self.comparison.differences.append(f"{path}: the body says {body.get('status')}")

    def _headers(self, headers, name: str) -> None:
        if not headers.get("ININ-Correlation-Id"):
            self.comparison.differences.append(f"{name}: no header ININ-Correlation-Id")
        limit = [headers.get(f"inin-ratelimit-{part}") for part in ("count", "allowed", "reset")]
        if any(limit) and not all(value and value.isdigit() for value in limit):
            self.comparison.differences.append(f"{name}: inin-ratelimit headers are {limit}")
