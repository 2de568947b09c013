"""Drug labels from DailyMed: one SPL file for each; the search is the name of a drug."""

import re
from collections.abc import Iterator, Mapping

from consilia.fetchers.client import Answer, AskAgainError, Client, Service
from consilia.fetchers.downloads import Downloads, count_of, field_of
from consilia.fetchers.fetching import Fetcher, Hit, nothing_found, read_json, record_by_record

# Documented at dailymed.nlm.nih.gov/dailymed/app-support-web-services.cfm
URL = "https://dailymed.nlm.nih.gov/dailymed/services/v2"
PAGE = 100
_SETID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{7,63}")


def service(environment: Mapping[str, str]) -> Service:
    """Return the service; it knows no keys and states no limit, so two requests a second."""
    return Service("DailyMed", URL, 0.5)


def _hits(client: Client, downloads: Downloads, limit: int) -> Iterator[Hit]:
    page: int | None = 1
    while page:
        params = {"drug_name": downloads.state.query, "pagesize": str(PAGE), "page": str(page)}
        answer = client.get("spls.json", params, _read_list)
        downloads.state.total = count_of(field_of(answer, "metadata", "total_elements"))
        labels = answer["data"] if isinstance(answer["data"], list) else []
        if not labels and page == 1:
            raise nothing_found(client, downloads.state.query)
        for label in labels:
            setid = field_of(label, "setid")
            if isinstance(setid, str) and _SETID.fullmatch(setid):
                yield Hit(setid, f"spls/{setid}.xml")
        following = count_of(field_of(answer, "metadata", "next_page"))
        page = following if labels and following and following > page else None


def _read_list(answer: Answer) -> Mapping[str, object]:
    found = read_json(answer)
    total = count_of(field_of(found, "metadata", "total_elements"))
    if total is None or not isinstance(found.get("data"), list):
        raise AskAgainError("answers with JSON of an unknown shape")
    return found


FETCHER = Fetcher(
    "dailymed",
    "labels of the drug that is named",
    service,
    record_by_record("dailymed", "document", _hits),
)
