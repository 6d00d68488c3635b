"""The bulk adherence job: made, waited for, downloaded."""

import json
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.parser import isoparse
from PureCloudPlatformClientV2 import WfmHistoricalAdherenceBulkItem, WfmHistoricalAdherenceBulkQuery

from outside_case import OutsideCase, decoded_by_sdk

LONDON = ZoneInfo("Europe/London")
FROM, TO = datetime(2024, 3, 27, tzinfo=LONDON), datetime(2024, 4, 3, tzinfo=LONDON)
"""Seven local days; on one of them, 31 March, clocks go forward and the day has 23 hours."""

DEADLINE_SECONDS = 60


def adherence_query(units, start=FROM, end=TO, zone="Europe/London", user_ids=None, exceptions=True, actuals=True):
    """The body of a job, built from the SDK's own models."""
    query = WfmHistoricalAdherenceBulkQuery()
    query.time_zone = zone
    query.items = []
    for unit in units:
        item = WfmHistoricalAdherenceBulkItem()
        item.management_unit_id, item.start_date, item.end_date = unit, start, end
        item.user_ids, item.include_exceptions, item.include_actuals = user_ids, exceptions, actuals
        query.items.append(item)
    return query


class Adherence(OutsideCase):
    def units(self):
        return self.apis.wfm.get_workforcemanagement_managementunits().entities

    def finished(self, query):
        """Makes a job and reads it until it is over; hands over its last answer."""
        wfm = self.apis.wfm
        answer = wfm.post_workforcemanagement_adherence_historical_bulk(query)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while answer.job.status == "Processing":
            self.assertFalse(answer.download_urls, "URLs come only when the job is complete")
            self.assertLess(time.monotonic(), deadline, "the job does not end")
            time.sleep(0.05)
            answer = wfm.get_workforcemanagement_adherence_historical_bulk_job(answer.job.id)
        return answer

    def results(self, query):
        """Downloads each file of a job, compares it with the SDK's model, and lets the SDK decode it."""
        answer = self.finished(query)
        self.assertEqual("Complete", answer.job.status)
        self.assertTrue(answer.download_urls)
        results = []
        for url in answer.download_urls:
            text = self.world.download(url).decode()
            result = decoded_by_sdk(self.apis.client, text, "WfmHistoricalAdherenceBulkResult")
            self.world.comparison.compare(json.loads(text), "WfmHistoricalAdherenceBulkResult", "result", result, True)
            results.append(result)
        return results

    def test_accepted(self):
        """A job is accepted with 202, processing, and its selfUri is where it is read"""
        wfm = self.apis.wfm
        answer = wfm.post_workforcemanagement_adherence_historical_bulk(adherence_query([self.units()[0].id]))
        self.assertEqual((202, "Processing"), (self.apis.client.last_response.status, answer.job.status))
        again = wfm.get_workforcemanagement_adherence_historical_bulk_job(answer.job.id)
        self.assertEqual(200, self.apis.client.last_response.status)
        self.assertEqual(answer.job.id, again.job.id)
        self.assertTrue(answer.job.self_uri.endswith(f"/adherence/historical/bulk/jobs/{answer.job.id}"))

    def test_results(self):
        """A result of two units is decoded: unit and interval as asked, in UTC, nobody twice in a unit"""
        units = {unit.id for unit in self.units()}
        results = self.results(adherence_query(sorted(units)))
        self.assertEqual(units, {result.management_unit_id for result in results})
        for unit in units:
            of_unit = [result for result in results if result.management_unit_id == unit]
            for result in of_unit:
                self.assertEqual((FROM, TO), (result.start_date, result.end_date))
                self.assertEqual(timedelta(0), result.start_date.utcoffset())
            users = [user.user_id for result in of_unit for user in result.user_results]
            self.assertGreater(len(users), 10)
            self.assertEqual(len(users), len(set(users)))

    def test_offsets(self):
        """Offsets are seconds from the result's start: days start at midnights that Python finds, one 23 hours long"""
        midnights = [datetime(2024, 3, 27, tzinfo=LONDON) + timedelta(days=day) for day in range(7)]
        seconds = [midnight.timestamp() for midnight in midnights]
        self.assertEqual(23 * 3600, seconds[5] - seconds[4])
        met = set()
        for result in self.results(adherence_query([self.units()[1].id])):
            start = result.start_date.timestamp()
            for user in result.user_results:
                days = [start + day.day_start_offset_seconds for day in user.day_metrics]
                self.assertLessEqual(set(days), set(seconds))
                self.assertEqual(sorted(set(days)), days)
                met.update(days)
                for metrics in user.day_metrics:
                    self.assertTrue(0 <= (metrics.adherence_percentage or 0) <= 100)
                    self.assertGreaterEqual(metrics.conformance_percentage or 0, 0)
        self.assertEqual(set(seconds), met)

    def test_exceptions(self):
        """Exceptions lie within the interval, are as many as their day says, and name codes and presences that exist"""
        unit = self.units()[1]
        listing = self.apis.wfm.get_workforcemanagement_businessunit_activitycodes(unit.business_unit.id).entities
        categories = {code.id: code.category for code in listing}
        exceptions = actuals = 0
        for result in self.results(adherence_query([unit.id])):
            length = (result.end_date - result.start_date).total_seconds()
            for user in result.user_results:
                self.assertEqual(sum(day.exception_count for day in user.day_metrics), len(user.exception_info))
                durations = [one.end_offset_seconds - one.start_offset_seconds for one in user.exception_info]
                self.assertEqual(sum(day.exception_duration_seconds for day in user.day_metrics), sum(durations))
                for one in [*user.exception_info, *user.actuals]:
                    self.assertTrue(0 <= one.start_offset_seconds < one.end_offset_seconds <= length)
                for one in user.exception_info:
                    exceptions += 1
                    self.assertEqual(categories[one.scheduled_activity_code_id], one.scheduled_activity_category)
                    if one.actual_activity_code_id is not None:
                        self.assertEqual(categories[one.actual_activity_code_id], one.actual_activity_category)
                    presences = [one.secondary_presence_lookup_id, *(one.scheduled_secondary_presence_lookup_ids or [])]
                    self.assertLessEqual({*presences} - {None}, result.lookup_id_to_secondary_presence_id.keys())
                for one in user.actuals:
                    actuals += 1
                    if one.actual_secondary_presence_lookup_id is not None:
                        self.assertIn(one.actual_secondary_presence_lookup_id, result.lookup_id_to_secondary_presence_id)
        self.assertTrue(exceptions and actuals)

    def test_without_lists(self):
        """Exceptions and actuals that were not asked for do not come, and 31 days may then be asked for"""
        end = FROM + timedelta(days=31)
        for result in self.results(adherence_query([self.units()[0].id], end=end, exceptions=None, actuals=None)):
            self.assertEqual(isoparse("2024-04-26T23:00:00Z"), result.end_date)
            for user in result.user_results:
                self.assertFalse(user.exception_info or user.actuals)

    def test_users_asked_for(self):
        """Only the users asked for are in the result, and everybody where the list is empty"""
        unit = self.units()[0].id
        users = self.apis.wfm.get_workforcemanagement_managementunit_users(unit).entities
        some = {user.id for user in users[:3]}
        asked = self.results(adherence_query([unit], user_ids=sorted(some)))
        self.assertTrue({user.user_id for result in asked for user in result.user_results})
        self.assertLessEqual({user.user_id for result in asked for user in result.user_results}, some)

    def test_failed_job(self):
        """A job that fails ends in Error, without URLs"""
        self.world.simulator.add_fault(kind="jobError")
        answer = self.finished(adherence_query([self.units()[0].id], actuals=False))
        self.assertEqual(("Error", True), (answer.job.status, not answer.download_urls))
