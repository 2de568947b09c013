"""Full texts from Europe PMC, those that are open access: one JATS file for each."""

import re
from collections.abc import Iterator, Mapping

from consilia.fetchers.client import Answer, AskAgainError, Client, Service
from consilia.fetchers.downloads import Downloads, count_of, field_of
from consilia.fetchers.fetching import Fetcher, Hit, nothing_found, read_json, record_by_record

# Documented at europepmc.org/RestfulWebService
URL = "https://www.ebi.ac.uk/europepmc/webservices/rest"
PAGE = 100
_PMCID = re.compile(r"PMC\d{1,12}")


def service(environment: Mapping[str, str]) -> Service:
    """Return the service; it knows no keys and asks for no more than ten requests a second."""
    return Service("Europe PMC", URL, 0.15)


def _hits(client: Client, downloads: Downloads, limit: int) -> Iterator[Hit]:
    # Notes how many have no full text as it goes.
    place: str | None = "*"
    passed, closed, seen = 0, 0, {""}
    while place and place not in seen and passed < limit:
        seen.add(place)
        params = {
            "query": downloads.state.query,
            "resultType": "core",
            "format": "json",
            "pageSize": str(min(PAGE, limit)),
            "cursorMark": place,
        }
        answer = client.get("search", params, _read_search)
        downloads.state.total = count_of(answer.get("hitCount"))
        if not downloads.state.total:
            raise nothing_found(client, downloads.state.query)
        for record in _results(answer):
            identity = f"{field_of(record, 'source')}:{field_of(record, 'id')}"
            if passed == limit or identity in seen:
                continue
            seen.add(identity)
            passed += 1
            key = _full_text(record)
            closed += not key
            _tell(downloads, closed, passed)
            yield Hit(key, f"{key}/fullTextXML")
        following = answer.get("nextCursorMark")
        place = following if isinstance(following, str) else None


def _read_search(answer: Answer) -> Mapping[str, object]:
    found = read_json(answer)
    if count_of(found.get("hitCount")) is None:
        said = found.get("errMsg")
        raise AskAgainError(f"cannot search ({str(said)[:200]})" if said else "gives no count")
    return found


def _results(answer: Mapping[str, object]) -> list[object]:
    results = field_of(answer, "resultList", "result")
    return results if isinstance(results, list) else []


def _full_text(record: object) -> str:
    """The identifier of the full text; empty when there is none to fetch."""
    pmcid = field_of(record, "pmcid")
    known = isinstance(pmcid, str) and _PMCID.fullmatch(pmcid)
    return str(pmcid) if known and field_of(record, "isOpenAccess") == "Y" else ""


def _tell(downloads: Downloads, closed: int, passed: int) -> None:
    if closed:
        downloads.note(
            "closed",
            f"{closed:,} of {passed:,} hits have no open-access full text; fetch their abstracts "
            "from PubMed",
        )


FETCHER = Fetcher(
    "europepmc",
    "open-access full texts that Europe PMC finds",
    service,
    record_by_record("europepmc", "article", _hits),
)
