"""Weekly schedules and agents' shifts, with the SDK."""

from datetime import date, datetime, timedelta, timezone

from PureCloudPlatformClientV2 import BuQueryAgentSchedulesRequest, BuSearchAgentSchedulesRequest

from outside_case import OutsideCase, decoded_by_sdk

NOBODY = "00000000-0000-4000-8000-000000000000"
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def search_request(start: datetime, end: datetime, users: list[str] | None = None) -> BuSearchAgentSchedulesRequest:
    request = BuSearchAgentSchedulesRequest()
    request.start_date, request.end_date, request.user_ids = start, end, users
    return request


class Schedules(OutsideCase):
    def setUp(self) -> None:
        self.business_unit = self.apis.wfm.get_workforcemanagement_businessunits().entities[0].id

    def published(self):
        return self.apis.wfm.get_workforcemanagement_businessunit_week_schedules(
            self.business_unit, "recent", include_only_published=True
        ).entities

    def last_week(self) -> tuple[datetime, datetime]:
        end = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
        return end - timedelta(days=7), end

    def search(self, **named):
        return self.apis.wfm.post_workforcemanagement_businessunit_agentschedules_search(
            self.business_unit, search_request(*self.last_week()), **named
        )

    def test_business_unit(self):
        """A business unit tells its zone and first day of the week where its settings are asked for"""
        wfm = self.apis.wfm
        self.assertIsNone(wfm.get_workforcemanagement_businessunit(self.business_unit).settings)
        settings = wfm.get_workforcemanagement_businessunit(self.business_unit, expand=["settings"]).settings
        self.assertEqual(("Asia/Singapore", "Monday"), (settings.time_zone, settings.start_day_of_week))

    def test_list(self):
        """Weeks begin on the business unit's day; drafts come along unless they are kept out; each week has one published schedule"""
        wfm = self.apis.wfm
        published = self.published()
        self.assertEqual({"Monday"}, {WEEKDAYS[one.week_date.weekday()] for one in published})
        self.assertEqual(len(published), len({one.week_date for one in published}))
        everything = wfm.get_workforcemanagement_businessunit_week_schedules(self.business_unit, "recent").entities
        self.assertEqual([one.id for one in published], [one.id for one in everything if one.published])
        self.assertTrue([one for one in everything if not one.published])
        week = published[-1].week_date.isoformat()
        one_week = wfm.get_workforcemanagement_businessunit_week_schedules(self.business_unit, week).entities
        self.assertEqual([one.id for one in everything if one.week_date.isoformat() == week], [one.id for one in one_week])
        bounded = wfm.get_workforcemanagement_businessunit_week_schedules(
            self.business_unit, "recent", earliest_week_date=date.fromisoformat(week), include_only_published=True
        ).entities
        self.assertEqual([week], [one.week_date.isoformat() for one in bounded])

    def test_wrong_week(self):
        """A week that does not begin on the right day, and a business unit that does not exist, are refused"""
        wfm = self.apis.wfm
        list_of = wfm.get_workforcemanagement_businessunit_week_schedules
        self.refusal(400, "wfm.validation.failure", lambda: list_of(self.business_unit, "2026-03-03"))
        self.refusal(404, "wfm.business.unit.not.found", lambda: list_of(NOBODY, "recent"))

    def test_edit(self):
        """An edit moves the version and the time of the published schedule, and nothing else's"""
        self.world.simulator.send("POST", "schedules", {"businessUnitId": self.business_unit, "restore": True})
        before = {one.id: one.metadata.version for one in self.published()}
        self.world.simulator.send("POST", "schedules", {"businessUnitId": self.business_unit, "removeAgents": 1})
        after = {one.id: one.metadata.version for one in self.published()}
        self.assertEqual([1], [after[key] - before[key] for key in before if after[key] != before[key]])

    def test_search(self):
        """Shifts of a week are decoded: contiguous activities, each in a published schedule that the answer names"""
        answer = self.search()
        self.assertEqual(("Complete", "Asia/Singapore"), (answer.status, answer.result.business_unit_time_zone))
        codes = {code.id for code in self.apis.wfm.get_workforcemanagement_businessunit_activitycodes(self.business_unit).entities}
        named = {one.id for one in answer.result.published_schedules}
        self.assertTrue(named <= {one.id for one in self.published()})
        shifts = [shift for agent in answer.result.agent_schedules for shift in agent.shifts]
        self.assertGreater(len(shifts), 50)
        self.assertEqual(len(shifts), len({shift.id for shift in shifts}))
        for shift in shifts:
            at = shift.start_date
            for activity in shift.activities:
                self.assertEqual(at, activity.start_date)
                self.assertIn(activity.activity_code_id, codes)
                at += timedelta(minutes=activity.length_minutes)
            self.assertEqual(shift.start_date + timedelta(minutes=shift.length_minutes), at)

    def test_units(self):
        """The management units' answers together are the business unit's, and users can be picked"""
        wfm = self.apis.wfm
        whole = self.search().result.agent_schedules
        ids = lambda agents: sorted(shift.id for agent in agents for shift in agent.shifts)  # noqa: E731
        units = wfm.get_workforcemanagement_businessunit_managementunits(self.business_unit).entities
        parts = [
            wfm.post_workforcemanagement_managementunit_agentschedules_search(unit.id, search_request(*self.last_week())).result.agent_schedules
            for unit in units
        ]
        self.assertEqual(ids(whole), ids([agent for part in parts for agent in part]))
        users = [agent.user.id for agent in whole[:2]]
        picked = wfm.post_workforcemanagement_businessunit_agentschedules_search(
            self.business_unit, search_request(*self.last_week(), users)
        )
        self.assertEqual(users, [agent.user.id for agent in picked.result.agent_schedules])

    def test_outcomes(self):
        """A search that is sent by the download service leads to the same result; one that is forced to be late has none"""
        whole = self.search()
        late = self.search(force_async=True)
        self.assertEqual(("Processing", None, None), (late.status, late.result, late.download_url))
        behind = self.search(force_download_service=True)
        self.assertEqual(("Complete", None), (behind.status, behind.result))
        text = self.world.download(behind.download_url).decode()
        result = decoded_by_sdk(self.apis.client, text, "BuAgentSchedulesSearchResponse")
        self.assertEqual(whole.result, result)

    def test_draft(self):
        """The shifts of a draft can be asked for, and are not those that are published"""
        wfm = self.apis.wfm
        unit = wfm.get_workforcemanagement_businessunit_managementunits(self.business_unit).entities[0].id
        everything = wfm.get_workforcemanagement_businessunit_week_schedules(self.business_unit, "recent").entities
        draft = next(one for one in everything if not one.published)
        published = next(one for one in everything if one.published and one.week_date == draft.week_date)
        body = BuQueryAgentSchedulesRequest()
        body.management_unit_id = unit
        starts = []
        for schedule in (draft, published):
            answer = wfm.post_workforcemanagement_businessunit_week_schedule_agentschedules_query(
                self.business_unit, schedule.week_date.isoformat(), schedule.id, body
            )
            starts.append({shift.start_date for agent in answer.result.agent_schedules for shift in agent.shifts})
        self.assertTrue(starts[0])
        self.assertNotEqual(*starts)
