"""What the filter begins with: the files that the settings name, read at start."""

from importlib import resources

from danmaku.actions.learned import Learned, model_in
from danmaku.config import FilterSettings
from danmaku.domain.ids import Millis
from danmaku.filter.builds import screen_from
from danmaku.filter.screen import Screen
from danmaku.telemetry import Telemetry

_NS_PER_MS = 1_000_000


def screens_of(settings: FilterSettings) -> tuple[Screen, Screen | None]:
    """The rules, the sample's where no file is named; and what is laid over them.

    Raises:
        RuleFileError: A file is wrong.
        OSError: A file cannot be read.
    """
    file, urgent = settings.rules_file, settings.urgent_file
    sample = resources.files("danmaku.filter").joinpath("sample_rules.toml")
    source = sample.read_bytes() if file is None else file.read_bytes()
    large = screen_from(source, sample.name if file is None else str(file))
    return large, None if urgent is None else screen_from(urgent.read_bytes(), str(urgent))


def changed_ms_of(settings: FilterSettings) -> Millis:
    """When the rule files were changed last; the sample rules never are."""
    files = [file for file in (settings.rules_file, settings.urgent_file) if file is not None]
    return Millis(max((file.stat().st_mtime_ns // _NS_PER_MS for file in files), default=0))


def learned_of(settings: FilterSettings, telemetry: Telemetry) -> Learned | None:
    """The learned stage; None: the settings name no model.

    Raises:
        ModelError: The model cannot be used.
        OSError: It cannot be read.
    """
    if settings.model_file is None:
        return None
    return Learned(model_in(settings.model_file), telemetry)
