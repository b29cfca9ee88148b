"""All that is said after `danmaku filter`."""

from danmaku.cli import backscan, evenness, rules, train
from danmaku.cli.filter import app

for part in (backscan, evenness, rules, train):
    part.register(app)
