"""Settings of what listens, writes and carries: server, record, nodes, sockets."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from danmaku.config.part import Part

Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.:\[\]-]{1,255}$")]
"""As browsers write it; nothing that could say more in a policy header."""


def _is_network(text: str) -> str:
    ip_network(text, strict=False)  # a name would be compared to the letter and never match
    return text


Network = Annotated[str, AfterValidator(_is_network)]
"""An address, or a network as 10.0.0.0/8."""


class ServerSettings(Part):
    """Where the server listens and under which name it is known."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    public_url: str = Field(
        default="",
        description="Address that browsers use, as https://danmaku.example; empty: as listening.",
    )
    audience: Literal["by_address", "public", "private"] = Field(
        default="by_address",
        description="Whom the house is for. `public`: it does not start while it lacks what the "
        "public needs; `private`: it only says so; `by_address`: public where `public_url` is set, "
        "or `host` is an address that others reach.",
    )
    origins: tuple[Origin, ...] = Field(
        default=(),
        description="Other sites whose pages may open sockets here, as scheme://host[:port].",
    )
    embed_origins: tuple[Origin, ...] = Field(
        default=(), description="Sites that may show rooms in a frame, as scheme://host[:port]."
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(),
        description="Addresses or networks of reverse proxies whose X-Forwarded-* headers are "
        "believed.",
    )
    ops_port: int = Field(
        default=0,
        ge=0,
        le=65_000,
        description="Port of 127.0.0.1 with health, readiness and metrics alone; the second worker "
        "takes the next one, and so on; 0: none.",
    )
    bilibili_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port for clients of Bilibili's live chat that come without WebSocket and "
        "without TLS; 0: none.",
    )
    head_ms_max: int = Field(
        default=5_000, ge=100, description="Time for the head of a request, milliseconds."
    )
    body_ms_max: int = Field(
        default=10_000,
        ge=100,
        description="Time for the body of a request, beside what it takes at "
        "`body_bytes_per_s_min`, milliseconds.",
    )
    body_bytes_per_s_min: int = Field(
        default=8_192, ge=1, description="Slower bodies of requests run out of time, bytes."
    )
    answer_ms_max: int = Field(
        default=30_000,
        ge=100,
        description="Who takes nothing of an answer for this long is closed, milliseconds.",
    )
    drain_ms: int = Field(
        default=3000,
        ge=0,
        le=25_000,
        description="How long a stopping server lets viewers go, milliseconds.",
    )


IN_MEMORY = "memory"  # as an address of the record


class StoreSettings(Part):
    """Where the record lies and how it is written."""

    url: str = Field(
        default="",
        pattern=rf"^({IN_MEMORY}|postgresql://[^\s]+)?$",
        repr=False,
        description="Database of the record, as postgresql://user:password@host/name; memory: the "
        "record ends with the process; empty: the embedded record of data_dir.",
    )
    data_dir: Path = Field(
        default=Path("data"), description="Directory of the embedded record, its keys and its lock."
    )
    vault_key_file: Path | None = Field(
        default=None,
        description="File with the keys of sealed identities, best on another disk than the record "
        "and its backups; empty: vault.key in the directory of the record.",
    )
    gather_ms_max: int = Field(
        default=5,
        ge=0,
        le=1000,
        description="How long a commit may gather while another runs, milliseconds.",
    )
    gather_entries_max: int = Field(
        default=512, ge=1, le=10_000, description="Entries in one commit at most."
    )
    queue_entries_max: int = Field(
        default=5000,
        ge=1,
        le=1_000_000,
        description="Entries waiting for the writer before senders are refused.",
    )
    queue_ms_max: int = Field(
        default=200,
        ge=1,
        description="How long entries may wait while more wait than one commit takes, before "
        "senders are refused, milliseconds.",
    )
    queue_calm_ms: int = Field(
        default=50,
        ge=1,
        description="The same where it lasts: so long it may wait however long that goes on, "
        "milliseconds.",
    )
    queue_patience_ms: int = Field(
        default=500, ge=0, description="For so long it may wait longer than that, milliseconds."
    )
    remembered_max: int = Field(
        default=65_536,
        ge=0,
        description="Rooms, accounts and names that the writer need not read again, of each.",
    )
    comment_wait_ms_max: int = Field(
        default=2_000,
        ge=100,
        description="After this who comments is told `unknown`, milliseconds. Sending again with "
        "the same id is safe, and gets the answer of the first should a slow disk have come to it.",
    )
    commit_wait_ms_max: int = Field(
        default=10_000,
        ge=100,
        description="The same for all other acts, milliseconds: most bear no id, and whoever does "
        "them would have to look what came of them.",
    )
    checkpoint_ms: int = Field(
        default=10_000,
        ge=100,
        description="How often grown chains get a signed head, milliseconds.",
    )
    readers_count: int = Field(
        default=2,
        ge=1,
        le=32,
        description="Threads that read the record; with PostgreSQL each has its own connection.",
    )
    partitions: int = Field(
        default=0,
        ge=0,
        le=1024,
        description="Parts into which PostgreSQL divides the tables that grow with the rooms; "
        "counts only when the tables are made; 0: none.",
    )
    verify_hours: int = Field(
        default=24,
        ge=0,
        le=8760,
        description="Hours from one walk along all chains to the next, beside the server that "
        "writes them; 0: none.",
    )


class NodesSettings(Part):
    """Several servers on one record."""

    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes of this machine that serve the port; more than one needs a record "
        "and a bus that they can share.",
    )
    bus: str = Field(
        default="",
        pattern=r"^(rediss?(\+cluster)?://[^\s]+)?$",
        description="Where nodes tell each other what is new, as redis://host:6379/0 or "
        "redis+cluster://host:6379; empty: nowhere.",
    )
    prefix: str = Field(
        default="main",
        pattern=r"^[a-z0-9_-]{1,32}$",
        description="Tells the nodes of this record from others on the same bus.",
    )
    hole_ms: int = Field(
        default=30,
        ge=0,
        le=1000,
        description="How long a missing entry may come by the bus before the record is read, "
        "milliseconds.",
    )
    poll_ms: int = Field(
        default=200,
        ge=10,
        le=5000,
        description="How often the record is asked for news while the bus is down, milliseconds.",
    )
    fence_ms: int = Field(
        default=5000,
        ge=500,
        le=60_000,
        description="A node that hears neither bus nor record for so long lets its viewers go, "
        "milliseconds.",
    )


class GatewaySettings(Part):
    """Limits of sockets and rooms."""

    connections_max: int = Field(default=18_000, ge=1, description="Open sockets at most.")
    message_bytes_max: int = Field(
        default=4096, ge=256, le=65_536, description="One client message, bytes."
    )
    fragments_max: int = Field(default=8, ge=1, description="Fragments of one client message.")
    messages_per_s: float = Field(
        default=10.0, gt=0, description="Messages of one socket per second."
    )
    messages_burst: int = Field(default=20, ge=1, description="Messages of one socket in a burst.")
    handshake_ms_max: int = Field(
        default=5_000, ge=100, description="Time for the upgrade, milliseconds."
    )
    hello_ms_max: int = Field(
        default=10_000, ge=100, description="Time for the first message, milliseconds."
    )
    fragment_ms_max: int = Field(
        default=10_000, ge=100, description="Time for one whole message once begun, milliseconds."
    )
    heartbeat_ms: int = Field(
        default=20_000, ge=100, description="Between two pings, milliseconds."
    )
    silence_ms_max: int = Field(
        default=20_000,
        ge=100,
        description="Without an answer to a ping the socket is closed, milliseconds.",
    )
    gather_ms_max: int = Field(
        default=50,
        ge=0,
        le=1000,
        description="Comments of a busy room gather this long at most, milliseconds.",
    )
    gather_flights: float = Field(
        default=6.0,
        ge=0,
        description="Comments gather so many times as long as writing a batch takes; "
        "more saves work, less saves time.",
    )
    shown_per_s: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="About so many comments a second does a busy room show live while there is a "
        "brown-out, drawn by lot; the list has all of them. 0: it shows all.",
    )
    slice_sockets: int = Field(
        default=500, ge=1, description="Sockets written to before others get a turn."
    )
    ring_entries_max: int = Field(
        default=4096,
        ge=16,
        description="Newest entries of a room kept in memory for viewers who fall behind.",
    )
    send_buffer_bytes: int = Field(
        default=131_072,
        ge=4_096,
        le=16_777_216,
        description="What the system may hold of what one viewer has not taken, bytes; it doubles "
        "this for its own use. Left to itself it would hold megabytes for each.",
    )
    stalled_ms_max: int = Field(
        default=25_000,
        ge=1000,
        description="A viewer who takes nothing for this long is closed, milliseconds.",
    )
    catch_up_entries_max: int = Field(
        default=10_000, ge=1, description="Entries replayed over a socket before `reset` is sent."
    )
    viewers_ms: int = Field(
        default=2_000, ge=100, description="Between two viewer counts, milliseconds."
    )
    compress: bool = Field(
        default=True, description="Offer permessage-deflate without context takeover."
    )
