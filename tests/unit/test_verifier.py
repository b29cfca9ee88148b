import asyncio
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from danmaku import verifier
from danmaku.store.heads import public_hex
from tests.contract.facts import DEMO
from tests.unit.store.test_copies import copied, verdict_on
from tests.unit.store.test_verify import SIGNED, TOP, write_sample

IS_ALONE = "import sys; sys.modules['cryptography'] = None; sys.path.insert(0, {folder!r});"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    asyncio.run(write_sample(folder))
    return copied(folder, DEMO)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The program as somebody has it who has nothing of ours."""
    path = tmp_path_factory.mktemp("elsewhere") / "verify.py"
    path.write_bytes(Path(verifier.__file__).read_bytes())
    return path


def run(program, *arguments):
    return subprocess.run(
        [sys.executable, "-I", program, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        cwd=program.parent,
    )


def test_it_runs_alone(alone, whole):
    outcome = run(alone, whole)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert f"whole up to entry {TOP}" in outcome.stdout
    assert "danmaku" not in {
        line.split()[1].split(".")[0]
        for line in alone.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }


def test_it_runs_with_nothing_but_python(alone, whole):
    program = IS_ALONE.format(folder=str(alone.parent)) + (
        "import verify; assert verify.Ed25519PublicKey is None; sys.exit(verify.main(sys.argv[1:]))"
    )

    outcome = subprocess.run(
        [sys.executable, "-c", program, str(whole)], check=False, capture_output=True, text=True
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_its_own_arithmetic_agrees_with_the_library():
    random = Random(7)  # noqa: S311
    for _ in range(5):
        key = Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
        public, message = bytes.fromhex(public_hex(key)), random.randbytes(50)
        signature = key.sign(message)
        broken = bytearray(signature)
        broken[random.randrange(64)] ^= 1 << random.randrange(8)

        assert verifier.is_signed_slowly(public, signature, message)
        assert not verifier.is_signed_slowly(public, bytes(broken), message)
        assert not verifier.is_signed_slowly(public, signature, message + b"!")
        assert verifier.is_signed(public, signature, message)
        assert not verifier.is_signed(public, bytes(broken), message)


# --- lines of the file changed by hand


def edited(whole, tmp_path, edit):
    lines = whole.read_bytes().splitlines(keepends=True)
    path = tmp_path / "edited.jsonl"
    path.write_bytes(b"".join(edit(lines)))
    return path


def place_of(lines, seq):
    return next(at for at, line in enumerate(lines) if json.loads(line).get("seq") == seq)


def test_any_byte_of_a_copy_that_is_changed_is_named(whole, tmp_path):
    """A byte of an entry names that entry; of a head or the end, what it vouches for."""
    raw, random = whole.read_bytes(), Random(3)  # noqa: S311
    path = tmp_path / "flipped.jsonl"
    for _ in range(300):
        at = random.randrange(len(raw))
        flipped = bytearray(raw)
        flipped[at] ^= 1 << random.randrange(8)
        path.write_bytes(flipped)
        number = raw.count(b"\n", 0, at)
        line = json.loads(raw.splitlines()[number])

        said = verdict_on(path)

        if '"at_ms"' in raw.splitlines()[number].decode() and "head" in line:
            continue  # when a head was signed is told, and is not what was signed
        assert said.startswith("!"), (said, line)
        if "seq" in line:
            assert f"ntry {line['seq']} " in said, (said, line)


@pytest.mark.parametrize("seq", [1, 3, 14, TOP])
def test_a_removed_line_is_named(whole, tmp_path, seq):
    path = edited(
        whole,
        tmp_path,
        lambda lines: lines[: place_of(lines, seq)] + lines[place_of(lines, seq) + 1 :],
    )

    assert verdict_on(path).startswith(f"!entry {seq} was removed")


def test_a_line_that_stands_twice_is_named(whole, tmp_path):
    def twice(lines):
        at = place_of(lines, 5)
        return [*lines[: at + 9], lines[at], *lines[at + 9 :]]

    assert verdict_on(edited(whole, tmp_path, twice)).startswith("!entry 5 was inserted, or moved")


def test_lines_in_another_order_are_named(whole, tmp_path):
    def swapped(lines):
        one, other = place_of(lines, 14), place_of(lines, 20)
        lines[one], lines[other] = lines[other], lines[one]
        return lines

    assert verdict_on(edited(whole, tmp_path, swapped)).startswith("!entry 14 was removed")


def test_a_file_that_was_cut_off_is_found(whole, tmp_path):
    path = edited(whole, tmp_path, lambda lines: lines[: place_of(lines, 20)])

    assert verdict_on(path).startswith("!entry 20 was removed: the file ends before the chain does")


def test_another_key_than_the_known_one_is_found(whole):
    known = public_hex(Ed25519PrivateKey.generate())
    [said] = verifier.check(whole, known, None)

    assert said.startswith(f"!an entry of 1 to {SIGNED} was changed, or the head")


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}\n", b"\xff\n", b'{"format":"x"}\n'])
def test_what_is_no_copy_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)

    assert verdict_on(path).startswith("!")


def test_a_file_that_is_not_there_ends_with_1(alone):
    outcome = run(alone, "nowhere.jsonl")

    assert outcome.returncode == 1
    assert "BROKEN" in outcome.stdout
