"""Towns that write, submit and reopen while servers die, and keep a record of every answer that was acknowledged to them."""

import random
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

import orjson

from tests.evaluation_world import PARTS
from tests.fault.servers import HOST

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
RELEASE = {"name": "Kim Muster", "function": "Amtsleitung"}
NUMBER = re.compile(r'desk-receipt__number">([^<]+)<')
DISCLOSED = {part: "figures" if part == "B" else "named" for part in PARTS}
PATIENCE = 30
"""Seconds for one answer; then it is asked again."""


@dataclass(frozen=True)
class Submission:
    """As the receipt says. `word` is what the town had written last, `None` for a nil return."""

    number: int
    receipt: str
    word: str | None


@dataclass
class Record:
    """What one town knows for sure. `refusals`: answers that no fault excuses."""

    organisation_id: uuid.UUID
    email: str
    word: str = ""
    written: int = 0
    submissions: list[Submission] = field(default_factory=list)
    reopened: int = 0
    retried: int = 0
    refusals: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        return self.written + len(self.submissions) + self.reopened


@dataclass(frozen=True)
class Answer:
    status: int
    where: str
    body: bytes
    uncertain: bool
    """Asked before without an answer that says what became of it."""

    @property
    def text(self) -> str:
        return self.body.decode()


class Unexpected(Exception):
    """An answer that no fault excuses."""


@dataclass(eq=False)
class Town(threading.Thread):
    """Walks until it is told to stop; what it has begun it brings to an end first."""

    record: Record
    slug: str
    token: str
    cookie: str
    ports: tuple[int, ...]
    dice: random.Random
    enough: threading.Event

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                self.write()
                if self.dice.random() < 0.5:
                    self.read()
                if self.dice.random() < 0.6:
                    self.dice.choice((self.submit_by_program, self.submit_by_page, self.submit_nothing))()
                    self.reopen()
        except Unexpected as found:
            self.record.refusals.append(str(found))

    # -- what a town does ------------------------------------------------------------------------------------------
    def write(self) -> None:
        word = f"Wort {self.record.written + 1} von {self.record.email}"
        answers = {"mandate.kind": "administration", "main_message": word, "publication": DISCLOSED}
        self._expect(self._program("PUT", "", {"answers": answers}), 200)
        self.record.word, self.record.written = word, self.record.written + 1

    def read(self) -> None:
        found = orjson.loads(self._expect(self._program("GET", ""), 200).body)["answers"].get("main_message")
        if found != self.record.word:
            raise Unexpected(f"{self.record.email} wrote {self.record.word!r} and reads {found!r}")

    def submit_by_program(self) -> None:
        self._submitted(self.record.word, self._receipt("/submit"))

    def submit_nothing(self) -> None:
        self._submitted(None, self._receipt("/nil-return"))

    def submit_by_page(self) -> None:
        base = f"/o/{self.record.organisation_id}/answers/{self.slug}"
        token = TOKEN.search(self._expect(self._browser("GET", f"{base}/review"), 200).text)
        if token is None:
            raise Unexpected("no form to submit on the page of the review")
        form = {"csrf_token": token[1], **RELEASE}
        sent = self._expect(self._browser("POST", f"{base}/submit", form), 303)
        if sent.where != f"{base}/receipt":
            raise Unexpected(f"submitted, and sent to {sent.where}")
        shown = NUMBER.search(self._expect(self._browser("GET", sent.where), 200).text)
        if shown is None:
            raise Unexpected("no number on the receipt")
        self._submitted(self.record.word, (len(self.record.submissions) + 1, shown[1]))

    def reopen(self) -> None:
        answer = self._program("POST", "/reopen")
        if not (answer.status == 409 and answer.uncertain):  # the first time had its effect
            self._expect(answer, 200)
        self.record.reopened += 1

    # -- how -------------------------------------------------------------------------------------------------------
    def _receipt(self, what: str) -> tuple[int, str]:
        key = f"{what[1:]}-{len(self.record.submissions) + 1}"
        answer = self._expect(self._program("POST", what, RELEASE, **{"Idempotency-Key": key}), 201)
        told = orjson.loads(answer.body)
        return told["revision"], told["receipt_number"]

    def _submitted(self, word: str | None, receipt: tuple[int, str]) -> None:
        self.record.submissions.append(Submission(*receipt, word))

    def _program(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = b"" if body is None else orjson.dumps(body)
        return self._ask(method, f"/api/v1/consultations/{self.slug}/response{path}", content, headers)

    def _browser(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        headers = {"Cookie": f"session={self.cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(method, path, urlencode(form or {}).encode(), headers)

    def _expect(self, answer: Answer, status: int) -> Answer:
        if answer.status != status:
            raise Unexpected(f"{self.record.email}: {answer.status} instead of {status}: {answer.text[:500]}")
        return answer

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The same again until somebody answers, at whichever server."""
        uncertain = False
        while True:
            answer = self.once(method, path, body, headers)
            if answer is not None and answer[0] < 500:
                return Answer(*answer, uncertain)
            if answer is not None and answer[0] != 503:
                raise Unexpected(f"{self.record.email}: {answer[0]} of {method} {path}: {answer[2].decode()[:500]}")
            uncertain = True
            self.record.retried += 1
            time.sleep(self.dice.uniform(0.05, 0.3))

    def once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes] | None:
        connection = HTTPConnection(HOST, self.dice.choice(self.ports), timeout=PATIENCE)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("location", ""), answer.read()
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
