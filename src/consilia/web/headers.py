"""The headers of every response: what a browser may load, run and keep of the chat."""

import base64
import hashlib
import re
from collections.abc import Iterable

Header = tuple[bytes, bytes]

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    # Gradio writes style attributes and elements while it runs; they load nothing from elsewhere.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "media-src": "'none'",
    "worker-src": "'none'",
    "frame-src": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'none'",
    "base-uri": "'self'",
}
_FIXED = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": (
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), "
        b"browsing-topics=()"
    ),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}
_DROPPED = re.compile(rb"server|x-powered-by|etag|last-modified|expires|access-control-.*")
_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def sealed(headers: Iterable[Header], scripts: Iterable[str] = ()) -> list[Header]:
    """Return a response's headers with ours in place of any of the same name.

    Args:
        headers: Of the response as it was made; what lets other sites read it, or lets it be
            kept, is left out.
        scripts: Sources of inline scripts that may run, see `script_hashes`.

    Returns:
        The headers to send.
    """
    ours = {**_FIXED, b"content-security-policy": policy(scripts).encode()}
    kept = [
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in ours and not _DROPPED.fullmatch(name.lower())
    ]
    return [*kept, *ours.items()]


def policy(scripts: Iterable[str] = ()) -> str:
    """Return the content security policy, in which these inline scripts may run."""
    directives = {**_POLICY, "script-src": " ".join([_POLICY["script-src"], *scripts])}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def script_hashes(page: bytes) -> list[str]:
    """Return the sources that let exactly the inline scripts of a page run.

    >>> script_hashes(b'<script src="a.js"></script><script>go()</script>')
    ["'sha256-qo7+1/sNvBTYfnRVvImSKhJN2VG5rtRS5VNX9Xnzg7I='"]
    """
    bodies = dict.fromkeys(_INLINE.findall(page.replace(b"\r\n", b"\n")))
    digests = (base64.b64encode(hashlib.sha256(body).digest()).decode() for body in bodies)
    return [f"'sha256-{digest}'" for digest in digests]
