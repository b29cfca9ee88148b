"""What all groups of settings have in common."""

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class Part(BaseModel):
    """A group of settings: made once, and with no key that nobody reads."""

    # Hidden: addresses of the record and of the bus hold passwords.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object, info: ValidationInfo) -> object:
        """Neither the environment nor TOML can say None: where that is meant, nothing says it."""
        field = cls.model_fields[str(info.field_name)]
        return None if value == "" and field.default is None else value
