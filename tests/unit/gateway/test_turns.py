"""Rooms take turns at writing, so that none of them holds the loop."""

import asyncio

from danmaku.gateway.turns import PRICE_OF_A_TURN, Turns


class Room:
    def __init__(self, name, log, turns, sockets):
        self.name, self.log, self.turns, self.left = name, log, turns, sockets

    def turn(self, sockets_max):
        written = min(self.left, sockets_max)
        self.left -= written
        self.log.append((self.name, written))
        if self.left:
            self.turns.add(self)
        return written


async def rounds_of(log, count):
    rounds = []
    for _ in range(count):
        before = len(log)
        await asyncio.sleep(0)
        rounds.append(log[before:])
    return rounds


async def test_a_large_room_lets_small_ones_in_between():
    turns, log = Turns(500), []
    turns.add(Room("large", log, turns, 1200))
    turns.add(Room("small", log, turns, 3))

    assert await rounds_of(log, 4) == [
        [("large", 500)],
        [("small", 3), ("large", 500 - 3 - PRICE_OF_A_TURN)],
        [("large", 1200 - 500 - 487)],
        [],
    ]


async def test_a_round_ends_however_many_rooms_wait():
    turns, log = Turns(500), []
    for number in range(1000):
        turns.add(Room(number, log, turns, 1))

    [first, second, *_] = await rounds_of(log, 30)

    assert 0 < len(first) <= 500 // PRICE_OF_A_TURN
    assert len(second) == len(first)
    assert [name for name, _ in log] == list(range(1000))


async def test_who_is_in_a_hurry_comes_first_and_who_has_gone_does_not_come():
    turns, log = Turns(500), []
    rooms = [Room(name, log, turns, 1) for name in "abcd"]
    for room in rooms:
        turns.add(room)
    turns.add(rooms[2], first=True)
    turns.remove(rooms[1])
    turns.remove(rooms[1])

    await rounds_of(log, 2)

    assert [name for name, _ in log] == ["c", "a", "d"]


async def test_a_room_that_fails_does_not_keep_the_others_from_their_turn():
    class Broken:
        def turn(self, _sockets_max):
            raise ZeroDivisionError

        def give_up(self, error):
            given_up.append(type(error))

    turns, log, given_up = Turns(500), [], []
    turns.add(Broken())
    turns.add(Room("sound", log, turns, 1))

    await rounds_of(log, 3)

    assert log == [("sound", 1)]
    assert given_up == [ZeroDivisionError]


async def test_a_room_that_cannot_even_give_up_keeps_nobody_from_their_turn():
    class Hopeless:
        def turn(self, _sockets_max):
            raise MemoryError

        def give_up(self, _error):
            raise MemoryError

    turns, log, told = Turns(500), [], []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, what: told.append(what))
    turns.add(Hopeless())
    turns.add(Room("sound", log, turns, 1))

    await rounds_of(log, 3)

    assert log == [("sound", 1)]
    assert [type(what["exception"]) for what in told] == [MemoryError]
