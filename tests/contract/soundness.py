"""What `verify` says of a record, as a list."""

from danmaku.config import StoreSettings
from danmaku.store.verify import Finding, verify


def steps_of(data_dir, url=""):
    steps = []
    verify(StoreSettings(data_dir=data_dir, url=url), steps.append)
    return steps


def findings_in(data_dir, url=""):
    return [step for step in steps_of(data_dir, url) if isinstance(step, Finding)]
