"""What is written beside the server for it to load: a format, a checksum, and the content.

Half a file, or one of another kind, is told from a whole one before anything in it is read.
"""

from hashlib import sha256

_DIGEST_BYTES = 32


def enclosed(mark: bytes, content: bytes) -> bytes:
    """`content` with its checksum, behind the mark of its format."""
    return mark + sha256(content).digest() + content


def content_of(mark: bytes, packed: bytes) -> bytes | None:
    """What `enclosed` was given; None: another format, or damaged."""
    start = len(mark) + _DIGEST_BYTES
    content = packed[start:]
    if not packed.startswith(mark) or sha256(content).digest() != packed[len(mark) : start]:
        return None
    return content
