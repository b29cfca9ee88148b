"""Services outside that verify: a gateway that sends codes to phones, and one that knows documents.

Both fail closed: whatever is not a signed and whole answer in time verifies nobody, and is to be
tried again. How they are asked stands in docs/identity.md.
"""

from typing import Literal, Self, TypeVar

import msgspec
import structlog

from danmaku.actions.webhooks import NoAnswerError, Webhook, key_in
from danmaku.config import IdentitySettings
from danmaku.domain.persons import Person
from danmaku.errors import Overloaded
from danmaku.ports import Clock

log = structlog.get_logger(__name__)
T = TypeVar("T")


class _Code(msgspec.Struct, tag_field="ask", tag="send_code"):
    phone: str
    code: str


class _Document(msgspec.Struct, tag_field="ask", tag="confirm_document"):
    legal_name: str
    number: str


class _Sent(msgspec.Struct, forbid_unknown_fields=True):
    sent: Literal[True]


class _Match(msgspec.Struct, forbid_unknown_fields=True):
    match: bool


class Verifiers:
    """The services of a house; None: there is no such service.

    Args:
        phones: Sends codes.
        documents: Confirms that a name and a number belong together.
    """

    def __init__(self, phones: Webhook | None = None, documents: Webhook | None = None) -> None:
        self.phones = phones
        self.documents = documents

    @classmethod
    def chosen(cls, settings: IdentitySettings, clock: Clock) -> Self:
        """Those of the settings.

        Raises:
            OSError, ValueError: The key cannot be read, or is too short.
        """
        if settings.key_file is None:
            return cls()
        key = key_in(settings.key_file)
        phones, documents = (
            None
            if url is None
            else Webhook(url, key, millis_max=settings.answer_ms_max, clock=clock)
            for url in (settings.phone_url, settings.document_url)
        )
        return cls(phones, documents)

    async def send_code(self, phone: str, code: str) -> None:
        """Have a code sent to a phone.

        Raises:
            Overloaded: It may not have been sent.
        """
        await _answer(self.phones, _Code(phone, code), _Sent)

    async def knows(self, person: Person) -> bool:
        """Whether name and number stand in one document.

        Raises:
            Overloaded: Nobody knows; nothing is verified.
        """
        question = _Document(person.legal_name, person.number)
        return (await _answer(self.documents, question, _Match)).match

    async def close(self) -> None:
        """Let the connections go."""
        for service in (self.phones, self.documents):
            if service is not None:
                await service.close()


async def _answer(service: Webhook | None, question: msgspec.Struct, shape: type[T]) -> T:
    assert service is not None  # the verbs ask for those alone that are there
    try:
        body = await service.ask(msgspec.json.encode(question))
        return msgspec.json.decode(body, type=shape)
    except (NoAnswerError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, NoAnswerError) else "unknown"
        log.warning("verifier_fault", reason=reason)
        raise Overloaded("The verifier does not answer; nothing was verified. Try again.") from None
