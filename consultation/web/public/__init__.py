"""Pages for everybody: consultations, drafts, published editions, search, feed, and what a public service has to say."""

from consultation.http import Pages
from consultation.web.public import changes, consultations, editions, machines, notices, questions, search, start

router = Pages()
for _pages in (start, consultations, questions, changes, editions, search, notices, machines):
    router.include_router(_pages.router)
