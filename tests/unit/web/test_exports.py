import csv
import io

from danmaku.web.exports import csv_of


async def count_to(last):
    for number in range(last):
        yield [number, "=x"]


async def body_of(response):
    return "".join([part async for part in response.body_iterator])


async def test_a_list_is_a_file_of_rows_with_a_head():
    response = csv_of("cases", ["n", "text"], count_to(2))

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="cases.csv"'
    assert response.headers["cache-control"] == "no-store"
    assert await body_of(response) == '\ufeff"n","text"\r\n0,"\'=x"\r\n1,"\'=x"\r\n'


async def test_a_long_list_goes_out_whole_and_in_pieces():
    response = csv_of("cases", ["n", "text"], count_to(10_500))
    pieces = [part async for part in response.body_iterator]

    rows = list(csv.reader(io.StringIO("".join(pieces))))

    assert [row[0] for row in rows[1:]] == [str(number) for number in range(10_500)]
    assert max(map(len, pieces)) < 4_000
