from danmaku.formats.reading import client_id_of


def test_names_follow_from_place_and_words():
    assert client_id_of(1, b"hi") == client_id_of(1, b"hi")
    assert len({client_id_of(1, b"hi"), client_id_of(2, b"hi"), client_id_of(1, b"ho")}) == 3
    assert len(client_id_of(1, b"hi")) <= 64
