"""Check a copy of a danmaku record, offline and without trusting whoever gave it to you.

    python verify.py PATH... [--key HEX] [--against FILE]

PATH is the copy of a chain (JSON lines), a file of heads, or a bundle (a folder or a .zip). Each
chain is walked from its first line to its last, in bounded memory, and the first entry that was
changed, removed, inserted or moved is named.

`--key` is the public key that you know the server by; without it the copy's own is taken, and
printed. `--against` is a copy or a file of heads that you kept earlier: it finds a record that was
rewritten as a whole by somebody who holds the server's key.

This file stands alone: Python 3.10 or later and its standard library. Where the package
`cryptography` is installed, signatures are checked faster. Ends with 0 if everything is whole, 1 if
anything is not, 2 if it was called wrongly.
"""

import argparse
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

CHAIN, HEADS, BUNDLE = "danmaku-chain-1", "danmaku-heads-1", "danmaku-bundle-1"
LINE_BYTES_MAX = 1 << 20
FIELDS = {"seq", "leaf", "link", "header", "salt", "open", "sealed"}  # of an entry
GENESIS = "00" * 32
UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error, zipfile.BadZipFile)


class FaultError(Exception):
    """What is wrong with a copy."""


def require(holds: bool, what: str) -> None:  # noqa: FBT001 -- an assertion, in all but name
    """Go on only if it holds."""
    if not holds:
        raise FaultError(what)


def digest(*parts: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(b"".join(parts)).hexdigest()


def bits(text: str) -> bytes:
    """What hexadecimal digits say, if they are written in the one way there is."""
    raw = bytes.fromhex(text)
    if raw.hex() != text:
        raise ValueError(text)
    return raw


# --- Ed25519, RFC 8032

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def recovered(raw: bytes) -> Point:
    """The point of the curve that 32 bytes stand for."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def added(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, point: Point) -> Point:
    """A point, so many times."""
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = added(total, point)
        point, factor = added(point, point), factor >> 1
    return total


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of a key signed just this message."""
    if len(key) != 32 or len(signature) != 64:  # noqa: PLR2004 -- what the RFC says
        return False
    if Ed25519PublicKey is not None:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except InvalidSignature:
            return False
        return True
    return is_signed_slowly(key, signature, message)


def is_signed_slowly(key: bytes, signature: bytes, message: bytes) -> bool:
    """The same, with nothing but Python."""
    s = int.from_bytes(signature[32:], "little")
    try:
        base = recovered((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
        public, r = recovered(key), recovered(signature[:32])
    except ValueError:
        return False
    told = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    left, right = times(s, base), added(r, times(told % ORDER, public))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return s < ORDER and same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def is_head(key: str, line: dict[str, Any], *, epoch: str, chain: str, seq: int) -> bool:
    """Whether the line of a head bears a signature over just this epoch, chain, seq and link."""
    said = {"chain": chain, "epoch": epoch, "link": line["link"], "seq": seq}
    message = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return is_signed(bits(key), bits(line["signature"]), message)


# --- one chain


def lines_of(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The lines of a file, each a JSON object."""
    while raw := file.readline(LINE_BYTES_MAX):
        line = json.loads(raw)
        require(isinstance(line, dict) and raw.endswith(b"\n"), "a line is cut off")
        yield line


class Walk:
    """One chain on its way from its first line to its last; `seq` is the last good entry's."""

    def __init__(self, begin: dict[str, Any], key: str | None, known: Iterator[Any]) -> None:
        self.chain, self.epoch = str(begin["chain"]), str(begin["epoch"])
        self.key, self.known = key or str(begin["key"]), known
        self.seq, self.link = int(begin["after"]), str(begin["link"])
        self.before, self.signed = "", self.seq
        self.opened = self.withheld = 0
        self.next_known = next(known, None)
        self.ended = False
        require(self.seq > 0 or self.link == GENESIS, "its beginning was changed")

    def take(self, line: dict[str, Any]) -> None:
        """Check the next line."""
        require(not self.ended, "something was added after its end")
        if "head" in line:
            self.take_head(line)
        elif "end" in line:
            require(line["end"] <= self.seq, f"entry {self.seq + 1} was removed")
            require(line["end"] == self.seq, f"entry {line['end'] + 1} was added after the end")
            require(line["link"] == self.link, f"entry {self.seq} was changed: the end is another")
            self.ended = True
        else:
            self.take_entry(line)

    def take_entry(self, line: dict[str, Any]) -> None:
        """Check an entry: its place, its header, its link, its bodies."""
        seq, leaf = line["seq"], line["leaf"]
        require({*line} <= FIELDS, f"entry {seq} was changed: it has a field that no entry has")
        require(seq <= self.seq + 1, f"entry {self.seq + 1} was removed")
        require(seq == self.seq + 1, f"entry {seq} was inserted, or moved: it stands here again")
        if "header" in line:
            fits = leaf == digest(bits(line["salt"]), line["header"].encode())
            require(fits, f"entry {seq} was changed: its header is not what was bound")
            header = json.loads(line["header"])
            place = header["chain"], header["seq"]
            moved = f"entry {seq} was moved: {place[0]} {place[1]} stands in its place"
            require(place == (self.chain, seq), moved)
        link = digest(bits(self.link), bits(leaf))
        if link != line["link"]:
            skips = self.before and digest(bits(self.before), bits(leaf))
            require(skips != line["link"], f"entry {seq - 1} was inserted")
            raise FaultError(f"entry {seq} was changed, moved or inserted: it does not follow")
        self.compare(seq, link)
        self.take_bodies(line, seq)
        self.before, self.link, self.seq = self.link, link, seq

    def take_bodies(self, line: dict[str, Any], seq: int) -> None:
        """Check what is opened of an entry."""
        header = json.loads(line["header"]) if "header" in line else {}
        self.opened += bool(header)
        for part in ("open", "sealed"):
            if part in line:
                salt, content = line[part]
                fits = header.get(part) == digest(bits(salt), content.encode())
                require(fits, f"entry {seq} was changed: its {part} body is not what was bound")
            else:
                self.withheld += part in header

    def take_head(self, line: dict[str, Any]) -> None:
        """Check a signed head, which vouches for everything before it."""
        require(line["head"] == self.seq, f"entry {self.seq + 1} was removed: a head is beyond it")
        vouched = line["link"] == self.link and is_head(
            self.key, line, epoch=self.epoch, chain=self.chain, seq=self.seq
        )
        what = f"an entry of {self.signed + 1} to {self.seq} was changed"
        require(vouched, f"{what}, or the head at {self.seq} was: its signature is not the key's")
        self.signed = self.seq

    def compare(self, seq: int, link: str) -> None:
        """Hold an entry against what was known earlier."""
        while self.next_known is not None and self.next_known[0] < seq:
            self.next_known = next(self.known, None)
        if self.next_known is not None and self.next_known[0] == seq:
            what = f"entry {seq} was changed, or one before it: it is another than in the old copy"
            require(self.next_known[1] == link, what)


def known_links(path: Path | None, chain: str) -> Iterator[tuple[int, str]]:
    """(seq, link) of a chain, rising, from an older copy or a file of heads."""
    if path is None:
        return
    with path.open("rb") as file:
        lines = lines_of(file)
        begin = next(lines)
        for line in lines:
            if line.get("chain", begin.get("chain")) == chain and "seq" in line:
                yield int(line["seq"]), str(line["link"])


def check_chain(file: IO[bytes], key: str | None, against: Path | None) -> str:
    """Walk one chain; say that it is whole.

    Raises:
        FaultError: It is not; the words name the entry.
    """
    lines, walk = lines_of(file), None
    try:
        begin = next(lines)
        require(begin.get("format") == CHAIN, "this is no copy of a chain")
        walk = Walk(begin, key, known_links(against, str(begin["chain"])))
        for line in lines:
            walk.take(line)
    except UNREADABLE as error:
        place = "its first line" if walk is None else f"entry {walk.seq + 1}"
        raise FaultError(f"{place} was changed: it cannot be read ({error!r})") from None
    except StopIteration:
        raise FaultError("it is empty") from None
    require(walk.ended, f"entry {walk.seq + 1} was removed: the file ends before the chain does")
    beyond = walk.next_known is not None and walk.next_known[0] > walk.seq
    require(not beyond, f"entry {walk.seq + 1} was removed: the old copy has it")
    return (
        f"{walk.chain}: whole up to entry {walk.seq}; {walk.opened} opened, {walk.withheld} bodies"
        f" withheld or erased; signed up to entry {walk.signed} by key {walk.key}"
    )


# --- files of heads, bundles


def check_heads(file: IO[bytes], key: str | None) -> str:
    """Check every signature of a file of heads."""
    lines = lines_of(file)
    begin = next(lines)
    count = 0
    for line in lines:
        signer, seq = key or begin["key"], line["seq"]
        signed = is_head(signer, line, epoch=begin["epoch"], chain=line["chain"], seq=seq)
        require(signed, f"the head of {line['chain']} at {seq} was changed")
        count += 1
    return f"heads: {count} signed by key {key or begin['key']}"


class Folder:
    """The files of a bundle, zipped or not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.zip = None if path.is_dir() else zipfile.ZipFile(path)

    def names(self) -> set[str]:
        """Of all its files."""
        if self.zip is not None:
            return {name for name in self.zip.namelist() if not name.endswith("/")}
        files = (file for file in self.path.rglob("*") if file.is_file())
        return {file.relative_to(self.path).as_posix() for file in files}

    def open(self, name: str) -> IO[bytes]:
        """One of them."""
        if self.zip is None:
            return (self.path / name).open("rb")
        file: Any = self.zip.open(name)
        file._expected_crc = None  # noqa: SLF001 -- a digest of the whole would hide which entry it is
        opened: IO[bytes] = file
        return opened

    def digest(self, name: str) -> str:
        """SHA-256 of one of them."""
        hashed = hashlib.sha256()
        with self.open(name) as file:
            while chunk := file.read(1 << 16):
                hashed.update(chunk)
        return hashed.hexdigest()


def check_bundle(path: Path, key: str | None, against: Path | None) -> Iterator[str]:
    """Check a bundle: each chain, each file's digest, the manifest's signature.

    Yields what is whole, and what is not with a "!" before it.
    """
    folder = Folder(path)
    with folder.open("manifest.json") as file:
        raw = file.read()
    manifest = json.loads(raw)
    require(manifest.get("format") == BUNDLE, "this is no bundle")
    signer = key or manifest["key"]
    with folder.open("manifest.sig") as file:
        signature = bits(file.read().decode().strip())
    if not is_signed(bits(signer), signature, b"danmaku-bundle\n" + raw):
        yield "!manifest.json was changed: its signature is not the key's"
    listed = {file["name"]: file for file in manifest["files"]}
    for name in sorted(folder.names() ^ {*listed, "manifest.json", "manifest.sig"}):
        yield f"!{name} was {'removed' if name in listed else 'added'}"
    for name in sorted(folder.names() & {*listed}):
        try:
            if name.endswith(".chain.jsonl"):
                with folder.open(name) as file:
                    yield f"{name}: {check_chain(file, signer, against)}"
            require(folder.digest(name) == listed[name]["sha256"], "its digest is another")
        except (FaultError, *UNREADABLE) as error:
            yield f"!{name} was changed: {error}"


def check(path: Path, key: str | None, against: Path | None) -> Iterator[str]:
    """Check whatever it is."""
    try:
        if path.is_dir() or zipfile.is_zipfile(path):
            yield from check_bundle(path, key, against)
            return
        with path.open("rb") as file:
            is_heads = next(lines_of(file), {}).get("format") == HEADS
            file.seek(0)
            yield check_heads(file, key) if is_heads else check_chain(file, key, against)
    except FaultError as fault:
        yield f"!{fault}"
    except UNREADABLE as error:
        yield f"!it cannot be read ({error!r})"


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names, and say what was found."""
    parser = argparse.ArgumentParser(prog="verify.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("path", nargs="+", type=Path)
    parser.add_argument("--key", metavar="HEX", help="public key that you know the server by")
    parser.add_argument("--against", type=Path, metavar="FILE", help="an older copy, or heads")
    asked = parser.parse_args(arguments)
    is_whole = True
    for path in asked.path:
        for said in check(path, asked.key, asked.against):
            is_whole = is_whole and not said.startswith("!")
            sys.stdout.write(f"{path}: {'BROKEN: ' * said.startswith('!')}{said.lstrip('!')}\n")
    sys.stdout.write("whole\n" if is_whole else "BROKEN\n")
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
