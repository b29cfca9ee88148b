from pathlib import Path
from statistics import median

from tests.house.tree import (
    CODE,
    ROOT,
    functions_of,
    length_of,
    project_files,
    python_files,
)

FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_MEDIAN_MAX = 8
BESIDE = ("bench", "tools")  # packages beside danmaku, mirrored under their own names
STILL = ("danmaku/domain/", "danmaku/filter/", "danmaku/formats/", "danmaku/gateway/dialects/")
STILL_FILES = {
    *(
        f"danmaku/gateway/{name}.py"
        for name in ("session", "outbox", "ring", "framing", "sampling")
    ),
    *(f"danmaku/nodes/{n}.py" for n in ("sequence", "messages", "presence", "recalls", "fence")),
}


def is_still(path):
    return path.as_posix().startswith(STILL) or path.as_posix() in STILL_FILES


def mirror_of(path):
    return ROOT / "tests/unit" / path.relative_to("danmaku").with_name(f"test_{path.name}")


def mirrored_by(test):
    """The module that a test mirrors, or the package of that name."""
    mirrored = test.relative_to("tests/unit").with_name(test.name.removeprefix("test_"))
    module = (ROOT if mirrored.parts[0] in BESIDE else ROOT / "danmaku") / mirrored
    return module, module.with_suffix("")


def test_every_file_is_read_in_one_sitting():
    pages = [path for path in project_files() if path.suffix == ".ts"]
    ours = python_files(*(folder for folder in CODE if folder != "tests"))  # mirrors follow theirs
    lines = {
        path: (ROOT / path).read_text(encoding="utf-8").count("\n") for path in [*ours, *pages]
    }

    assert {path: n for path, n in lines.items() if n > FILE_LINES_MAX} == {}


def test_every_function_fits_a_screen():
    lengths = {
        f"{path}:{function.lineno} {function.name}": length_of(function)
        for path in python_files(*CODE)
        for function in functions_of(path)
    }

    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES_MAX} == {}


def test_functions_are_short_as_a_rule():
    lengths = [length_of(f) for path in python_files("danmaku") for f in functions_of(path)]

    assert median(lengths) <= FUNCTION_LINES_MEDIAN_MAX


def test_every_still_file_that_does_anything_has_its_mirror():
    still = [p for p in python_files("danmaku") if is_still(p) and any(functions_of(p))]

    assert [str(path) for path in still if not mirror_of(path).is_file()] == []


def test_every_mirror_has_its_file():
    mirrors = [path for path in python_files("tests") if path.match("tests/unit/**/test_*.py")]

    assert [str(path) for path in mirrors if not any(map(Path.exists, mirrored_by(path)))] == []
