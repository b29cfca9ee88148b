from danmaku.domain.ids import PLATFORM, RoomId
from danmaku.nodes.bus import HOUSE, SHARDS, channel_of


def test_rooms_spread_over_the_channels_and_never_over_the_house():
    channels = [channel_of(RoomId(f"room{number}")) for number in range(2_000)]

    assert set(channels) == {*range(SHARDS)}
    assert channel_of(PLATFORM) == HOUSE
    assert channel_of(RoomId("demo")) == 32  # of every node, for ever
