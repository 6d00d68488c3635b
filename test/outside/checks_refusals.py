"""What the SDK makes of refusals."""

import time
from contextlib import contextmanager
from datetime import timedelta

from PureCloudPlatformClientV2.rest import ApiException

from checks_adherence import FROM, adherence_query
from checks_occupancy import aggregates_query
from outside_case import OutsideCase
from simulator_process import SimulatorProcess

NOBODY = "00000000-0000-4000-8000-000000000000"


class Refusals(OutsideCase):
    def unit(self):
        return self.apis.wfm.get_workforcemanagement_managementunits().entities[0].id

    def make_job(self, query):
        return lambda: self.apis.wfm.post_workforcemanagement_adherence_historical_bulk(query)

    def ask(self, query):
        return lambda: self.apis.analytics.post_analytics_users_aggregates_query(query)

    def test_missing_fields(self):
        """A job without its required fields is 400 wfm.missing.fields, and names them"""
        query = adherence_query([self.unit()])
        query.items[0].end_date = query.time_zone = None
        refused = self.body_of(self.refusal(400, "wfm.missing.fields", self.make_job(query)))
        self.assertEqual({"items.0.endDate", "timeZone"}, {detail.field_name for detail in refused.details})
        self.assertEqual(2, len(refused.errors))

    def test_constraint(self):
        """A job whose field has the wrong type is 400 constraint.validation"""
        query = adherence_query([self.unit()], exceptions="perhaps")
        self.refusal(400, "constraint.validation", self.make_job(query))

    def test_too_long(self):
        """Eight days with exceptions, 32 without and an empty interval are 400 wfm.validation.failure"""
        unit = self.unit()
        eight = adherence_query([unit], end=FROM + timedelta(days=8))
        thirty_two = adherence_query([unit], end=FROM + timedelta(days=32), exceptions=False)
        for query in [eight, thirty_two, adherence_query([unit], end=FROM)]:
            refused = self.body_of(self.refusal(400, "wfm.validation.failure", self.make_job(query)))
            self.assertEqual("items[0].endDate", refused.details[0].field_name)

    def test_zone(self):
        """A zone that does not exist is refused by both queries"""
        self.refusal(400, "wfm.validation.failure", self.make_job(adherence_query([self.unit()], zone="Europe/Londinium")))
        query = aggregates_query([NOBODY])
        query.time_zone = "Europe/Londinium"
        self.refusal(400, "bad.request", self.ask(query))

    def test_unknown(self):
        """Units and jobs that do not exist are 404, each with its code"""
        wfm = self.apis.wfm
        self.refusal(404, "wfm.management.unit.not.found", self.make_job(adherence_query([NOBODY])))
        unit = self.refusal(404, "wfm.management.unit.not.found", lambda: wfm.get_workforcemanagement_managementunit_users(NOBODY))
        self.assertIn(NOBODY, self.body_of(unit).message)
        for call in [
            wfm.get_workforcemanagement_businessunit_activitycodes,
            wfm.get_workforcemanagement_businessunit_managementunits,
        ]:
            self.refusal(404, "wfm.business.unit.not.found", lambda call=call: call(NOBODY))
        self.refusal(404, "job.not.found", lambda: wfm.get_workforcemanagement_adherence_historical_bulk_job(NOBODY))

    def test_users(self):
        """Over 100 users, and users that nobody knows, are 400 for the aggregates query"""
        self.refusal(400, "bad.request", self.ask(aggregates_query([NOBODY] * 101)))
        refused = self.body_of(self.refusal(400, "bad.request", self.ask(aggregates_query([NOBODY]))))
        self.assertEqual({"userId": NOBODY}, refused.message_params)

    def test_query(self):
        """Intervals, granularities and metrics that make no sense are 400 for the aggregates query"""
        for query in [
            aggregates_query([NOBODY], start="yesterday"),
            aggregates_query([NOBODY], start="2024-04-02T00:00:00Z"),
            aggregates_query([NOBODY], granularity="half an hour"),
            aggregates_query([NOBODY], metrics=["tHappiness"]),
            aggregates_query([NOBODY], metrics=[]),
        ]:
            self.refusal(400, "bad.request", self.ask(query))

    def test_token(self):
        """Without a token, and with one that nobody gave, the SDK is told 401"""
        apis = self.world.sdk_without_token(self.world.simulator.url)
        self.refusal(401, "authentication.required", apis.organization.get_organizations_me)
        apis.client.access_token = "nobody-gave-this"
        self.refusal(401, "bad.credentials", apis.organization.get_organizations_me)

    def test_login(self):
        """A wrong secret and an unknown client get no token, in the words of OAuth"""
        simulator = self.world.simulator
        client = self.world.sdk_without_token(simulator.url).client
        for status, pair in [(401, (simulator.client_id, "wrong")), (400, (NOBODY, "wrong"))]:
            with self.assertRaises(ApiException) as caught:
                client.get_client_credentials_token(*pair)
            self.assertEqual(status, caught.exception.status)
            self.assertIn('"error":"invalid_client"', caught.exception.body)

    def test_no_path(self):
        """A call of the SDK that is not simulated is 404 not.found, never an empty success"""
        self.refusal(404, "not.found", self.apis.organization.get_organizations_limits_docs)
        called = ("GET", "/api/v2/organizations/limits/docs")
        self.apis.client.called.discard(called)

    def test_throttled(self):
        """After a 429 the SDK waits for Retry-After by itself and gets its answer; nothing comes before its time"""
        before = self.world.simulator.control("counts")
        self.world.simulator.add_fault(kind="throttle", path="/api/v2/organizations", retryAfter=1)
        started = time.monotonic()
        self.assertTrue(self.apis.organization.get_organizations_me().id)
        self.assertGreaterEqual(time.monotonic() - started, 0.95)
        after = self.world.simulator.control("counts")
        self.assertEqual((1, 0), (after["refused"] - before["refused"], after["insideGate"] - before["insideGate"]))

    def test_retry_after_date(self):
        """A Retry-After in the form of a date is understood by the SDK too"""
        at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2))
        self.world.simulator.add_fault(kind="throttle", path="/api/v2/organizations", retryAfter=at)
        self.assertTrue(self.apis.organization.get_organizations_me().id)

    def test_429(self):
        """A 429 that the SDK is not allowed to wait for has code, seconds in its header and the same in its message"""
        apis = self.world.sdk(waits_by_itself=False)
        self.world.simulator.add_fault(kind="throttle", path="/api/v2/analytics", retryAfter=59, closes=False)
        query = aggregates_query([NOBODY])
        refused = self.refusal(
            429, "too.many.requests.retry.after", lambda: apis.analytics.post_analytics_users_aggregates_query(query)
        )
        self.assertEqual("59", refused.headers["Retry-After"])
        self.assertIn("[59] seconds", self.body_of(refused).message)
        self.world.simulator.add_fault(kind="throttle", path="/api/v2/organizations", retryAfter=None)
        refused = self.refusal(429, "too.many.requests.retry.after", apis.organization.get_organizations_me)
        self.assertNotIn("Retry-After", refused.headers)

    def test_token_limit(self):
        """A used-up token limit is counted in the headers, and its 429 names a limit in a namespace that the SDK knows"""
        simulator = SimulatorProcess("--token-limit", "2")
        self.addCleanup(simulator.close)
        apis = self.world.sdk_without_token(simulator.url, waits_by_itself=False)
        apis.client.get_client_credentials_token(simulator.client_id, simulator.client_secret)
        for count in (1, 2):
            apis.organization.get_organizations_me()
            headers = apis.client.last_response.getheaders()
            self.assertEqual((str(count), "2"), (headers["inin-ratelimit-count"], headers["inin-ratelimit-allowed"]))
            self.assertTrue(0 < int(headers["inin-ratelimit-reset"]) <= 60)
        refused = self.refusal(429, "too.many.requests.retry.after", apis.organization.get_organizations_me)
        self.assertEqual(refused.headers["Retry-After"], refused.headers["inin-ratelimit-reset"])
        limit = self.body_of(refused).limit
        self.assertEqual(("platform.api", 2), (limit.namespace, limit.value))

    def test_hidden_limit(self):
        """A 429 by a limit that nobody told of says nothing: no seconds, no counters, no name"""
        simulator = SimulatorProcess("--limit", "*:/api/v2/organizations fixed 1/min told=absent", "--token-limit", "0")
        self.addCleanup(simulator.close)
        apis = self.world.sdk_without_token(simulator.url, waits_by_itself=False)
        apis.client.get_client_credentials_token(simulator.client_id, simulator.client_secret)
        apis.organization.get_organizations_me()
        refused = self.refusal(429, "too.many.requests.retry.after", apis.organization.get_organizations_me)
        self.assertEqual([], [name for name in refused.headers if name.lower().startswith(("retry", "inin-rate"))])
        self.assertIsNone(self.body_of(refused).limit)

    def test_forbidden(self):
        """Permissions and scopes that are withdrawn are 403, and name what is missing"""
        permission, scope = "wfm:historicalAdherence:view", "organization:readonly"
        job, organisation = self.make_job(adherence_query([self.unit()])), self.apis.organization.get_organizations_me
        with self.fault(kind="permissionWithdrawn", permission=permission):
            self.assertIn(permission, self.body_of(self.refusal(403, "missing.permissions", job)).message)
        with self.fault(kind="scopeWithdrawn", scope=scope), self.fault(kind="scopeWithdrawn", scope="organization"):
            self.assertIn(scope, self.body_of(self.refusal(403, "app.not.authorized.for.scope", organisation)).message)
            limits = lambda: self.apis.organization.get_organizations_limits_namespace("platform.api")  # noqa: E731
            self.assertIn(scope, self.body_of(self.refusal(403, "app.not.authorized.for.scope", limits)).message)
        self.assertTrue(organisation().id)

    def test_revoked(self):
        """A token that is revoked is 401; with a new one the SDK goes on"""
        apis = self.world.sdk()
        self.world.simulator.add_fault(kind="tokenRevoked")
        self.refusal(401, "bad.credentials", apis.organization.get_organizations_me)
        simulator = self.world.simulator
        for client in (apis.client, self.apis.client):
            client.get_client_credentials_token(simulator.client_id, simulator.client_secret)
        self.assertTrue(apis.organization.get_organizations_me().id)

    @contextmanager
    def fault(self, **fault):
        fault_id = self.world.simulator.add_fault(**fault)
        try:
            yield
        finally:
            self.world.simulator.remove_fault(fault_id)

    def test_html(self):
        """A gateway's HTML reaches the SDK as an exception with that text, not as a decoding error"""
        self.world.simulator.add_fault(kind="status", path="/api/v2/organizations", status=502, body="<h1>Bad Gateway</h1>")
        with self.assertRaises(ApiException) as caught:
            self.apis.organization.get_organizations_me()
        self.assertEqual((502, "<h1>Bad Gateway</h1>"), (caught.exception.status, caught.exception.body))
