"""Whatever stands in a field or in a path, the answer is a refusal with a code, never a fault.

The calls are those of the table of permissions, made by somebody who holds every power, so that
each value gets as far as it can. On both databases: each refuses values that the other takes.
"""

import json
import re
from urllib.parse import urlencode

import pytest
from fastapi.routing import APIRoute

from danmaku.domain.account import Bundle
from danmaku.domain.room import RoomState
from danmaku.web.app import create_app
from danmaku.web.forms import form_token_of
from tests.live.site import running, settings_of
from tests.live.test_permissions import API, PAGES, READS, routes_of, shape_of

INTEGERS = (-1, 0, 2**53 - 1, 2**63, 10**30, -(10**30))
TEXTS = (
    "",
    "\x00",
    "\ud800",
    "\u202e" * 40,
    "a" * 60_000,
    "../../etc",
    "' OR 1=1 --",
    "९९",
    "1e400",
)
HOSTILE = (*INTEGERS, *TEXTS, 1.5, True, None, [], {}, [[]], ["x"] * 2000, {"a": {"b": {}}})
IN_PATHS = ("0", "-1", str(2**53 - 1), str(2**63), str(10**30), "%00", "a" * 300, "%F0%9F", "..%2F")
OWN = {  # what each name of a template is filled with beside the value that is tried
    "room": "demo", "number": "1", "author": "author", "member": "author", "suspended": "author",
    "kind": "terms", "new": "fresh", "controlled": "demo",
}  # fmt: skip


ENDS_THE_CALLER = ("sign-out", "/me/leave", "/account/password", "/account/sessions")
HASHES = ("register", "/sign-in", "/reset/")  # a password costs as much as it shall


@pytest.fixture(params=["sqlite", "postgres"])
async def site(tmp_path, request):
    store = {"data_dir": tmp_path}
    if request.param == "postgres":
        store["url"] = request.getfixturevalue("postgres_url")
    async with running(settings_of(tmp_path, store=store)) as site:
        yield site


class Almighty:
    """Holds every power, by a token and by a session."""

    def __init__(self, site, token, secret):
        self._site, self._token, self._secret = site, token, secret
        self.faults = []

    @classmethod
    async def come(cls, site):
        await site.person("author")
        person = await site.person("almighty", *Bundle)
        account = person.who.account
        await site.core.rooms.open(None, "demo", RoomState(title="Demo"), owner=account)
        return cls(site, person.token, await site.core.people.sessions.open(account))

    async def call(self, method, path, body):
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        await self._ask(method, path, content, headers)

    async def submit(self, method, path, body):
        cookie = f"danmaku={self._secret}"
        kind = "application/x-www-form-urlencoded"
        content = None if method == "GET" else self._form_of(body)
        await self._ask(method, path, content, {"Cookie": cookie, "Content-Type": kind})

    def _form_of(self, body):
        fields = [("csrf", form_token_of(self._secret))]
        for name, value in body.items() if isinstance(body, dict) else ():
            values = value if isinstance(value, list) else [value]
            fields += [(name, str(each).encode("utf-8", "surrogatepass")) for each in values]
        return urlencode(fields)

    async def _ask(self, method, path, content, headers):
        answer = await self._site.api.request(method, path, content=content, headers=headers)
        if answer.status_code >= 500:
            self.faults.append((method, path, str(content)[:200], answer.status_code))


def plain(template):
    if isinstance(template, dict):
        return {key: plain(value) for key, value in template.items()}
    if not isinstance(template, str):
        return template
    text = re.sub(r"\{(\w+)\}", lambda name: OWN.get(name[1], "1"), template.lstrip("#"))
    return int(text) if template.startswith("#") else text


def bodies_of(row, fields):
    body = plain(row.body) if isinstance(row.body, dict) else {}
    names = {*body, *fields} - {"csrf"}
    return [body | {name: value} for name in sorted(names) for value in HOSTILE] + list(HOSTILE)


def paths_of(row, queries):
    parts = re.split(r"(\{\w+\})", row.path)
    for place, name in enumerate(parts):
        if name.startswith("{"):
            for value in IN_PATHS:
                others = (plain(part) for part in parts[place + 1 :])
                yield "".join([*map(plain, parts[:place]), value, *others])
    for name in queries:
        for value in IN_PATHS:
            yield f"{plain(row.path).partition('?')[0]}?{name}={value}"


def fields_of_routes(site):
    """The names of fields and of query parameters, by method and path."""
    found = {}
    for route in routes_of(create_app(site.server._house)):
        if not isinstance(route, APIRoute):
            continue
        models = [param.field_info.annotation for param in route.dependant.body_params]
        fields = [name for model in models for name in getattr(model, "model_fields", ())]
        queries = [param.name for param in route.dependant.query_params]
        for method in route.methods:
            found[method, shape_of(route.path)] = fields, queries
    return found


@pytest.mark.parametrize(
    ("rows", "ask"),
    [(API + READS, Almighty.call), (PAGES, Almighty.submit)],
    ids=["api", "pages"],
)
async def test_no_value_makes_a_fault(site, rows, ask):
    almighty, known = await Almighty.come(site), fields_of_routes(site)

    for row in rows:
        if any(word in row.path for word in ENDS_THE_CALLER + HASHES):
            continue
        fields, queries = known[row.method, shape_of(row.path)]
        for body in bodies_of(row, fields) if row.method != "GET" else ():  # nobody reads such
            await ask(almighty, row.method, plain(row.path), body)
        for path in paths_of(row, queries):
            await ask(almighty, row.method, path, plain(row.body))
    for page in ("/me", "/measures", "/measures?room=demo", "/rooms/demo/keeping", "/account"):
        await almighty.submit("GET", page, {})

    assert almighty.faults == []
