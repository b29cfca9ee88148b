import io

import pytest

from danmaku.errors import BadMessage
from danmaku.store.envelope import MasterKey
from danmaku.store.sealed_file import CHUNK_BYTES, SealedReader, SealedWriter

KEY, OTHER = MasterKey.fresh(), MasterKey.fresh()
HEADER_BYTES, TAG_BYTES = 53, 16
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(content, key=KEY):
    file = io.BytesIO()
    writer = SealedWriter(file, key)
    for begin in range(0, len(content), 700_001):
        writer.write(content[begin : begin + 700_001])
    return file.getvalue() if writer.end() else b""


def opened(raw, keys=(KEY,)):
    reader = SealedReader(io.BytesIO(raw), keys)
    content = b""
    while chunk := reader.read(300_007):
        content += chunk
    reader.end()
    return content


def refused(raw, keys=(KEY,)):
    with pytest.raises(BadMessage):
        opened(raw, keys)
    return True


def chunks_of(raw):
    body = raw[HEADER_BYTES:]
    return [body[at : at + SEALED_CHUNK] for at in range(0, len(body), SEALED_CHUNK)]


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]
)
def test_what_was_sealed_comes_back_whatever_its_length(size):
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    assert opened(sealed(content)) == content


def test_any_byte_that_is_another_and_any_end_that_is_missing_is_refused():
    raw = sealed(b"a comment")

    for at in range(len(raw)):
        flipped = bytearray(raw)
        flipped[at] ^= 1
        assert refused(bytes(flipped))
        assert refused(raw[:at])
    assert refused(raw + b"\0")


def test_chunks_are_good_in_their_place_in_their_file_alone():
    raw = sealed(b"x" * (2 * CHUNK_BYTES + 5))
    header, [first, second, last] = raw[:HEADER_BYTES], chunks_of(raw)
    foreign = chunks_of(sealed(b"x" * (2 * CHUNK_BYTES + 5)))[1]

    assert opened(header + first + second + last)
    for changed in (
        second + first + last,
        first + last,
        first + second,  # cut where a chunk ends
        first + second + second + last,
        first + second + last + last,
        first + foreign + last,
    ):
        assert refused(header + changed)


def test_only_its_own_key_opens_it_also_among_others():
    raw = sealed(b"a comment")
    forged = MasterKey(KEY.key_id, OTHER.secret)

    assert opened(raw, [OTHER, KEY]) == b"a comment"
    assert refused(raw, [OTHER])
    assert refused(raw, [forged])
    assert refused(raw, [])


def test_nothing_of_the_content_can_be_read_and_two_files_of_it_have_nothing_in_common():
    one, another = sealed(b"a comment" * 100), sealed(b"a comment" * 100)

    assert b"comment" not in one
    assert one[21:] != another[21:]
    assert one[:21] == another[:21]  # what it is, and the key's id
