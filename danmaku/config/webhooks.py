"""Settings of what is told to endpoints outside."""

from pathlib import Path

from pydantic import Field

from danmaku.config.part import Part
from danmaku.config.serving import Network


class WebhookSettings(Part):
    """Webhooks: where they may lead, and how patient they are."""

    endpoints_max: int = Field(default=20, ge=0, le=100, description="Endpoints at one time.")
    allowed_networks: tuple[Network, ...] = Field(
        default=(),
        description="Networks that may be written to though they are not public, as 10.1.0.0/16.",
    )
    allowed_ports: tuple[int, ...] = Field(
        default=(443, 8443), description="Ports that may be written to, beside that of the scheme."
    )
    http_allowed: bool = Field(
        default=False,
        description="Addresses may begin with http://, too: for a network of one's own.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="Certificates to trust beside the public ones, for receivers; PEM.",
    )
    connect_s: float = Field(
        default=3.0,
        gt=0,
        le=30,
        description="To a connection, the look-up of the name included, s.",
    )
    answer_s: float = Field(
        default=10.0, gt=0, le=30, description="To the end of an answer; later ones are none, s."
    )
    parallel_max: int = Field(
        default=4, ge=1, le=32, description="Messages on their way to one endpoint at a time."
    )
    messages_per_s: int = Field(
        default=100,
        ge=1,
        le=2000,
        description="Messages to all endpoints together, by one node in a second: each takes "
        "about 0.4 ms of the loop that rooms live on.",
    )
    failing_days: int = Field(
        default=5, ge=1, le=30, description="An endpoint that nothing reached for so long is ended."
    )
