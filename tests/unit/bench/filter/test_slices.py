from bench.filter.slices import microseconds


def test_every_work_does_all_its_texts_in_every_pass():
    seen = {"one": [], "two": []}
    works = {
        "one": (seen["one"].append, ["a"] * 45),
        "two": (seen["two"].append, ["b", "c"]),
    }

    took = microseconds(works, passes=3)

    assert (len(seen["one"]), seen["two"]) == (135, ["b", "c"] * 3)
    assert all(us > 0 for us in took.values())
