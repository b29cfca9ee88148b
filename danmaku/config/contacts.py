"""Settings of where people turn beside these pages."""

from typing import Annotated

from pydantic import Field

from danmaku.config.part import Part

_Line = Annotated[str, Field(max_length=80)]
_Address = Annotated[str, Field(pattern=r"^(https?://[^\s\"'<>]{1,200})?$")]


class ContactSettings(Part):
    """Who takes complaints beside these pages; shown wherever people report and complain."""

    phone: _Line = Field(default="", description="The house's own line for complaints.")
    email: _Line = Field(default="", description="The house's own address for complaints.")
    department: _Line = Field(
        default="", description="Name of the department that oversees the house."
    )
    department_phone: _Line = Field(default="", description="Its line for complaints.")
    department_url: _Address = Field(default="", description="Its page for complaints.")
