"""Some hundred texts that would run, each in some place of a page, if they were not taken as text.

Each is a way out of where text stands, and then something that sets `ran` on the window.
"""

WAYS_OUT = (
    "", '">', "'>", "-->", "]]>", "</title>", "</script>", "</template>", "</textarea>", "</style>",
    "</bdi>", "</button>", '"/>', "`>", "&quot;&gt;", "%22%3E", "\\u0022>",
)  # fmt: skip
RUNNERS = (
    "<script>ran=1</script>",
    "<ScRiPt >ran=1</sCrIpT >",
    "<script/x>ran=1</script>",
    "<img src=x onerror=ran=1>",
    "<img/src='x'/onerror='ran=1'>",
    "<svg onload=ran=1>",
    "<svg><script>ran=1</script></svg>",
    "<svg><animate onbegin=ran=1 attributeName=x dur=1s>",
    "<math href=javascript:ran=1>x</math>",
    "<iframe srcdoc='<script>parent.ran=1</script>'>",
    "<iframe src=javascript:parent.ran=1>",
    "<object data=javascript:ran=1>",
    "<embed src=javascript:ran=1>",
    "<input autofocus onfocus=ran=1>",
    "<details open ontoggle=ran=1>",
    "<video><source onerror=ran=1></video>",
    "<body onpageshow=ran=1>",
    "<p style=animation:x onanimationstart=ran=1>",
    "<a href=javascript:ran=1 autofocus onfocus=ran=1>x</a>",
    "<form action=javascript:ran=1><button>x</form>",
    " onmouseover=ran=1 autofocus onfocus=ran=1 x=",
)
TEXTS = tuple(f"{way}{runner}".strip() for way in WAYS_OUT for runner in RUNNERS)
