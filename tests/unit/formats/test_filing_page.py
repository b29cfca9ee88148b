from danmaku.formats.filing_page import Part, filing_page


def test_a_document_has_all_it_is_given_and_loads_nothing():
    parts = [Part("Summary", [("Category", "porn")], "one\ntwo"), Part("Remedy", ())]
    page = filing_page("Report of an item: demo", [("Number", "7")], parts, "en")

    assert page.startswith('<!doctype html><html lang="en">')
    assert "<h1>Report of an item: demo</h1>" in page
    assert '<tr><th scope="row">Number</th><td>7</td></tr>' in page
    assert "<h2>Summary</h2><table>" in page
    assert "<p>one\ntwo</p>" in page
    assert "<h2>Remedy</h2></html>" in page
    assert "src=" not in page


def test_nothing_that_people_wrote_acts_in_it():
    evil = "</title><script>x</script>&"
    page = filing_page(evil, [(evil, evil)], [Part(evil, [(evil, evil)], evil)], "zh-CN")

    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 8
