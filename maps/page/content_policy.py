"""Content-Security-Policy: the scripts and styles that a page of ours may use, and nothing else."""

from __future__ import annotations

import base64
import hashlib


def hash_source(text: str) -> str:
    """Return an inline script or style as a policy names it.

    >>> hash_source("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
