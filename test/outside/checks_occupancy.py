"""The users aggregates query."""

from datetime import timedelta

from dateutil.parser import isoparse
from PureCloudPlatformClientV2 import HistoricalAdherenceExceptionInfo, UserAggregateQueryFilter
from PureCloudPlatformClientV2 import UserAggregateQueryPredicate, UserAggregationQuery

from model_comparison import allowed_values
from outside_case import OutsideCase

FROM, TO = "2024-03-31T00:00:00Z", "2024-04-01T00:00:00Z"
METRICS = ["tAgentRoutingStatus", "tSystemPresence", "tOrganizationPresence"]


def aggregates_query(user_ids, metrics=METRICS[:1], granularity="PT30M", group_by=("userId",), start=FROM, end=TO):
    """The body of a query, built from the SDK's own models."""
    query = UserAggregationQuery()
    query.interval, query.granularity, query.time_zone = f"{start}/{end}", granularity, "Europe/London"
    query.group_by, query.metrics = list(group_by) or None, metrics
    query.filter = UserAggregateQueryFilter()
    query.filter.type, query.filter.predicates = "or", []
    for user_id in user_ids:
        predicate = UserAggregateQueryPredicate()
        predicate.dimension, predicate.value = "userId", user_id
        query.filter.predicates.append(predicate)
    return query


class Occupancy(OutsideCase):
    def users(self):
        wfm = self.apis.wfm
        unit = wfm.get_workforcemanagement_managementunits().entities[1].id
        return [user.id for user in wfm.get_workforcemanagement_managementunit_users(unit).entities]

    def ask(self, query):
        return self.apis.analytics.post_analytics_users_aggregates_query(query)

    def test_half_hours(self):
        """Routing-status times are decoded: half hours inside the interval, statuses of the SDK, no more time than there is"""
        statuses = allowed_values(HistoricalAdherenceExceptionInfo, "routing_status")
        users = self.users()
        answer = self.ask(aggregates_query(users))
        self.assertTrue(answer.results)
        for result in answer.results:
            self.assertIn(result.group["userId"], users)
            for bucket in result.data:
                start, end = (isoparse(instant) for instant in bucket.interval.split("/"))
                self.assertEqual(timedelta(minutes=30), end - start)
                self.assertTrue(isoparse(FROM) <= start < end <= isoparse(TO))
                self.assertLessEqual(sum(metric.stats.sum for metric in bucket.metrics), 1_800_000)
                for metric in bucket.metrics:
                    self.assertEqual("tAgentRoutingStatus", metric.metric)
                    self.assertIn(metric.qualifier, statuses)

    def test_presences(self):
        """All three metrics are decoded; presences are those of the mappings"""
        answer = self.ask(aggregates_query(self.users()[:5], METRICS))
        met: dict[str, set[str]] = {}
        for result in answer.results:
            for bucket in result.data:
                for metric in bucket.metrics:
                    met.setdefault(metric.metric, set()).add(metric.qualifier)
        mappings = answer.system_to_organization_mappings
        self.assertEqual(set(METRICS), set(met))
        self.assertLessEqual(met["tSystemPresence"], set(mappings))
        self.assertLessEqual(met["tOrganizationPresence"], {one for ids in mappings.values() for one in ids})

    def test_whole_interval(self):
        """Without a granularity the interval is one bucket; without a grouping all users are one result"""
        answer = self.ask(aggregates_query(self.users()[:5], granularity=None, group_by=()))
        self.assertEqual(1, len(answer.results))
        self.assertEqual(1, len(answer.results[0].data))
        start, end = (isoparse(instant) for instant in answer.results[0].data[0].interval.split("/"))
        self.assertEqual((isoparse(FROM), isoparse(TO)), (start, end))

    def test_offsets(self):
        """An interval means the same instants with an offset, in UTC, and local to the zone asked for"""
        user = self.users()[:3]
        intervals = [
            ("2024-04-01T00:00:00Z", "2024-04-02T00:00:00Z"),
            ("2024-04-01T01:00:00+01:00", "2024-04-02T01:00:00+01:00"),
            ("2024-04-01T01:00:00", "2024-04-02T01:00:00"),
        ]
        in_utc, with_offset, local = (
            self.ask(aggregates_query(user, start=start, end=end)).to_dict()["results"] for start, end in intervals
        )
        self.assertTrue(in_utc)
        self.assertEqual(in_utc, with_offset)
        self.assertEqual(in_utc, local)

    def test_nothing(self):
        """An interval before there was data is decoded as no results"""
        answer = self.ask(aggregates_query(self.users()[:2], start="2019-01-01T00:00:00Z", end="2019-01-02T00:00:00Z"))
        self.assertFalse(answer.results)
