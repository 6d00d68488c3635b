"""What our client sends and how it reads answers, held to the SDK's models."""

import json
import re
import subprocess
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl

from allowed_differences import LEFT_OUT, OPTIONAL_READINGS
from checks_adherence import adherence_query
from checks_occupancy import aggregates_query
from duckdb_type import parse_duckdb_type
from live_calls import live_calls_by_sdk
from model_comparison import LIST, MAP, allowed_values, fields_of, models
from outside_case import OutsideCase, decoded_by_sdk
from process_environment import ENVIRONMENT
from recording_proxy import RecordingProxy
from request_models import DIFFERS, REQUEST_MODELS, request_model
from sync_calls import sync_calls_by_sdk

FITS_JSON = {"string": ("str", "datetime", "date"), "number": ("float", "int"), "integer": ("int",), "boolean": ("bool",)}
FITS_DUCKDB = {"VARCHAR": ("str", "datetime"), "BIGINT": ("int",), "DOUBLE": ("float", "int"), "BOOLEAN": ("bool",)}


class Readings(OutsideCase):
    @classmethod
    def setUpClass(cls) -> None:
        simulator = cls.world.simulator
        proxy = RecordingProxy(simulator.url)
        try:
            told = subprocess.run(
                ["node", "--import", "tsx", "test/outside/ourReadings.ts", proxy.url, simulator.client_id],
                env={**ENVIRONMENT, "OUTSIDE_SECRET": simulator.client_secret},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            if told.returncode != 0:
                raise RuntimeError(f"our client failed: {told.stderr}")
            cls.readings = json.loads(told.stdout)
            cls.ours = proxy.take()
            cls.theirs = cls.same_calls_by_sdk(proxy)
        finally:
            proxy.close()

    @classmethod
    def same_calls_by_sdk(cls, proxy: RecordingProxy):
        """The SDK makes the calls that our client made, from its own models and Python's own calendar."""
        window, users = cls.readings["asked"]["window"], cls.readings["asked"]["users"]
        apis = cls.world.sdk(proxy.url)
        apis.organization.get_organizations_me()
        apis.wfm.get_workforcemanagement_businessunits()
        apis.wfm.get_workforcemanagement_managementunits()
        apis.wfm.get_workforcemanagement_businessunit_activitycodes(window["businessUnitId"])
        apis.wfm.get_workforcemanagement_managementunit_users(window["managementUnitId"])
        query = adherence_query([window["managementUnitId"]], actuals=False)
        job = apis.wfm.post_workforcemanagement_adherence_historical_bulk(query).job
        apis.wfm.get_workforcemanagement_adherence_historical_bulk_job(job.id)
        apis.analytics.post_analytics_users_aggregates_query(
            aggregates_query(users, start=window["startAt"], end=window["endAt"])
        )
        sync_calls_by_sdk(apis, cls.readings["asked"]["sync"])
        live_calls_by_sdk(apis, cls.readings["asked"]["live"])
        return proxy.take()

    def test_same_calls(self):
        """Our client and the SDK call the same methods and paths for the same things, with the same query"""

        def calls(sent):
            # Jobs, audit queries and channels have ids of their own, and are looked at until they are over. The SDK alone deletes, to add again.
            own = r"(?<=/jobs/)[^/]+$|(?<=/audits/query/)[^/]+|(?<=/notifications/channels/)[^/]+"
            # A list is sent with commas or repeated: both mean the same.
            def query(one):
                return tuple(sorted((name, part) for name, value in parse_qsl(one.query) for part in value.split(",")))

            return sorted(
                {
                    (one.method, re.sub(own, "…", one.path), query(one))
                    for one in sent
                    if one.method != "DELETE"
                }
            )

        self.assertEqual(calls(self.theirs), calls(self.ours))

    def test_same_login(self):
        """Our client logs in as the SDK does: Basic credentials and a form"""
        for sent in (self.ours, self.theirs):
            (login,) = [one for one in sent if one.path == "/oauth/token"]
            self.assertEqual({"grant_type": ["client_credentials"]}, parse_qs(login.body.decode()))
            self.assertTrue(login.headers["content-type"].startswith("application/x-www-form-urlencoded"))
        ours, theirs = ([one for one in sent if one.path == "/oauth/token"][0] for sent in (self.ours, self.theirs))
        self.assertEqual(theirs.headers["authorization"], ours.headers["authorization"])

    def test_bodies_fit(self):
        """The bodies that our client sends fit the SDK's request models field by field, and have no other field"""
        sent = [one for one in self.ours if one.body and one.path != "/oauth/token"]
        self.assertEqual(len(REQUEST_MODELS), len({(one.method, one.path) for one in sent}))
        for one in sent:
            self.assertTrue(one.headers["content-type"].startswith("application/json"))
            model = request_model(one.method, one.path)
            self.assertTrue(model, f"nobody says what the body of {one.method} {one.path} is")
            decoded = decoded_by_sdk(self.apis.client, one.body.decode(), model)
            self.world.comparison.compare(one.json, model, f"our body of {one.method} {one.path}", decoded, True)

    def test_same_bodies(self):
        """The bodies that our client sends for a window mean what the SDK sends for the same window"""
        for (method, form), model in REQUEST_MODELS.items():
            (ours,), (theirs,) = (
                [one for one in sent if one.method == method and form.fullmatch(one.path)] for sent in (self.ours, self.theirs)
            )
            bodies = [decoded_by_sdk(self.apis.client, one.body.decode(), model) for one in (ours, theirs)]
            read = [self.meaning(self.plain(body)) for body in bodies]
            self.assertEqual(read[1], read[0])

    def plain(self, body):
        """What the SDK made of a body, without its classes."""
        if isinstance(body, list):
            return [self.plain(one) for one in body]
        return body if isinstance(body, dict) else body.to_dict()

    def meaning(self, value):
        """Instants as instants, whatever their zone; without what differs between two writes."""
        if isinstance(value, dict):
            return {key: self.meaning(inner) for key, inner in value.items() if key not in DIFFERS}
        if isinstance(value, list):
            return [self.meaning(inner) for inner in value]
        return value.timestamp() if isinstance(value, datetime) else value

    def test_decoders(self):
        """Every field that our decoders require exists in the SDK's models, at that place and of that type"""
        for model, schema in self.readings["decoders"].items():
            self.reading_fits(schema, model, model)

    def reading_fits(self, schema: dict, declared: str, path: str) -> None:
        for alternative in schema.get("anyOf", [schema]):
            # An element that is not looked into has no type.
            kind = alternative.get("type", "null")
            kinds = [one for one in (kind if isinstance(kind, list) else [kind]) if one != "null"]
            if not kinds:
                continue
            (kind,) = kinds
            if kind == "array":
                match = LIST.fullmatch(declared)
                self.assertTrue(match, f"{path} is read as a list; the SDK declares {declared}")
                self.reading_fits(alternative["items"], match[1], f"{path}[]")
            elif kind == "object" and (values := MAP.fullmatch(declared)):
                self.assertNotIn("properties", alternative, f"{path} is read by names; the SDK declares {declared}")
                # What is behind a name, the SDK does not say everywhere.
                if values[2] != "object":
                    self.reading_fits(alternative["additionalProperties"], values[2], f"{path}.*")
            elif kind == "object":
                self.object_fits(alternative, declared, path)
            else:
                self.assertIn(declared, FITS_JSON[kind], f"{path} is read as {kind}; the SDK declares {declared}")

    def object_fits(self, schema: dict, declared: str, path: str) -> None:
        self.assertTrue(hasattr(models, declared), f"{path} is read as an object; the SDK declares {declared}")
        known = fields_of(declared)
        for name, inner in schema["properties"].items():
            if name not in known:
                self.assertNotIn(name, schema.get("required", []), f"{path}.{name} is required, and {declared} has no such field")
                self.assertIn((declared, name), OPTIONAL_READINGS, f"{path}.{name} is read, and {declared} has no such field")
                continue
            attribute, inner_declared = known[name]
            if "enum" in inner:
                allowed = allowed_values(getattr(models, declared), attribute)
                self.assertEqual(sorted(allowed or []), sorted(inner["enum"]), f"{path}.{name}")
            self.reading_fits(inner, inner_declared, f"{path}.{name}")

    def test_documents(self):
        """Every field that the warehouse reads from results exists in the SDK's models, at that place and of that type"""
        for model, lists in self.readings["documents"].items():
            for name, declaration in lists.items():
                _, declared = fields_of(model)[name]
                element = LIST.fullmatch(declared)
                self.assertTrue(element, f"{model}.{name} is sliced as a list; the SDK declares {declared}")
                self.document_fits(parse_duckdb_type(declaration), element[1], f"{model}.{name}[]")

    def test_left_out(self):
        """Every published field of results is read, or left out for a reason; and the simulator sends each that is read"""
        left_out: set[tuple[str, str]] = set()
        read: set[tuple[str, str]] = set()
        for model, lists in self.readings["documents"].items():
            for name, declaration in lists.items():
                element = LIST.fullmatch(fields_of(model)[name][1])[1]
                self.sort_fields(parse_duckdb_type(declaration), element, read, left_out)
        self.assertEqual(set(LEFT_OUT), left_out)
        self.assertEqual(set(), read - self.world.comparison.met)

    def sort_fields(self, reading, declared: str, read: set, left_out: set) -> None:
        if isinstance(reading, list):
            self.sort_fields(reading[0], LIST.fullmatch(declared)[1], read, left_out)
        elif isinstance(reading, dict) and hasattr(models, declared):
            for name, (_, inner) in fields_of(declared).items():
                (read if name in reading else left_out).add((declared, name))
                if name in reading:
                    self.sort_fields(reading[name], inner, read, left_out)

    def document_fits(self, read, declared: str, path: str) -> None:
        if isinstance(read, list):
            match = LIST.fullmatch(declared)
            self.assertTrue(match, f"{path} is read as a list; the SDK declares {declared}")
            self.document_fits(read[0], match[1], f"{path}[]")
        elif isinstance(read, dict) and MAP.fullmatch(declared):
            for name, inner in read.items():
                self.document_fits(inner, MAP.fullmatch(declared)[2], f"{path}.{name}")
        elif isinstance(read, dict):
            self.assertTrue(hasattr(models, declared), f"{path} is read as an object; the SDK declares {declared}")
            known = fields_of(declared)
            for name, inner in read.items():
                self.assertIn(name, known, f"{path}.{name} is read, and {declared} has no such field")
                self.document_fits(inner, known[name][1], f"{path}.{name}")
        else:
            self.assertIn(declared, FITS_DUCKDB[read], f"{path} is read as {read}; the SDK declares {declared}")
