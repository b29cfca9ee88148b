"""What all groups of settings have in common."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A group of settings: made once, and with no key that nobody reads."""

    # Hidden: addresses of the record and of the bus hold passwords.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
