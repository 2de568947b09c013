"""The services there are to fetch from."""

from consilia.fetchers import dailymed, europe_pmc, openfda, pubmed, retraction_watch
from consilia.fetchers.fetching import Fetcher

FETCHERS: dict[str, Fetcher] = {
    fetcher.name: fetcher
    for fetcher in (
        pubmed.FETCHER,
        europe_pmc.FETCHER,
        openfda.FETCHER,
        dailymed.FETCHER,
        retraction_watch.FETCHER,
    )
}
