"""A submission by a program: save the answers, release and submit, each with one request."""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from benchmarks.stage import form, people
from benchmarks.stage.load import Client
from benchmarks.stage.people import Walker
from benchmarks.stage.walk import dice
from benchmarks.stage.world import World
from consultation.consultations import queries as consultations
from consultation.evaluation.statistics import form_context

RELEASE = orjson.dumps({"name": "Kim Muster", "function": "Amtsleitung"})


@dataclass(frozen=True)
class Submission:
    walker: Walker
    slug: str
    body: bytes

    def __call__(self, client: Client) -> None:
        client.headers["Authorization"] = f"Bearer {self.walker.token}"
        client.come_from_somewhere_else()
        path, json = f"/api/v1/consultations/{self.slug}/response", {"Content_Type": "application/json"}
        status, _, content = client.send("PUT", path, self.body, **json)
        if status != 200:
            raise RuntimeError(content.decode()[:500])
        key = f"abgabe-{uuid.uuid4()}"
        status, _, content = client.send("POST", f"{path}/submit", RELEASE, **json, Idempotency_Key=key)
        if status != 201:
            raise RuntimeError(content.decode()[:500])


def submissions(here: World) -> Iterator[Submission]:
    with here.database(1) as db, db.reader() as session:
        context = form_context(session, consultations.get(session, here.planner, here.slug))
        walkers = list(people.walkers(session))
    sections = list(context.sections)
    bodies = [orjson.dumps({"answers": form.answers(dice(seed), sections)}) for seed in range(8)]
    return (Submission(walker, here.slug, body) for walker, body in zip(walkers, itertools.cycle(bodies), strict=False))
