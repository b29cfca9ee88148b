"""What a viewer's socket was told, as an article speaks of it."""

from bench.checker import Batch


def entries_of(viewer, kind):
    """Entries of one kind, in the order of arrival."""
    batches = [event for event in viewer.events if isinstance(event, Batch)]
    return [entry for batch in batches for entry in batch.entries if entry["kind"] == kind]


def texts_of(viewer):
    return [entry["text"] for entry in entries_of(viewer, "comment")]


def notices_of(viewer, kind):
    """What a viewer was told about itself or the house, beside the record."""
    said = [message for message in viewer.others if message["op"] == "notice"]
    return [message for message in said if message["kind"] == kind]
