"""The duties that the regulation lays on such a server, by the clause they come from.

A clauses are of the provisions on post comments (draft of 2022), B clauses of those on forum
communities (2017). Code that serves a duty names the member in its docstring, and so does the
scenario in tests/articles that proves it; docs/regulation.md is the table of both.
"""

from enum import Enum


class Article(Enum):
    """One duty.

    Args:
        clause: Where it stands: source, article, paragraph or item.
        duty: What the software does about it.
    """

    # --- A: post comments
    PURPOSE = "A1", "Each duty leads to the code that serves it and to the test that proves it."
    ROLES = "A2¶1", "Whoever uses the service has a role; an unknown route or power is refused."
    EVERY_SURFACE = "A2¶2", "All that users write is filtered and recorded, names and titles too."
    INSPECTOR = "A3¶1", "An inspector reads everything, changes nothing, and each look is noted."
    INSPECTION = "A3¶2", "Numbers of any day and period can be recounted from the record."
    RESPONSIBLE_PERSONS = "A4", "Named persons answer for the service and are shown."
    REAL_IDENTITY = "A4(1)", "Who writes is verified behind, and free to choose a name in front."
    PERSONAL_DATA = (
        "A4(2)",
        "Purposes and terms are told, agreed to, kept; export and erasure work.",
    )
    STATIC_VERSION = "A4(3)", "The same page holds every danmaku as a plain list, at the same time."
    REVIEW_BEFORE_PUBLICATION = "A4(4)a", "A verdict is recorded before anything is published."
    PATROL = "A4(4)b", "Published comments are looked over as they appear."
    EMERGENCY_RESPONSE = "A4(4)c", "Comments can be stopped at once, everywhere, for a time."
    REPORTS_ACCEPTED = "A4(4)d", "Reports are taken."
    PROMPT_ADDRESS = "A4(4)e", "One act takes a comment out of every public place."
    REPORT_TO_DEPARTMENT = "A4(4)f", "What is unlawful becomes an item to be filed."
    BETTER_METHODS = "A4(5)a", "Rules have versions, are tried on the side and over the past."
    VULNERABILITIES = "A4(5)b", "Weaknesses are registered, mended and filed."
    REVIEW_TEAM = "A4(6)", "Reviewers are on a roster, trained, and their errors counted."
    DATA_SUPPORT = "A4(7)", "A bundle for the department verifies without this server."
    SECURITY_ASSESSMENT = "A5", "A new function stays off until its assessment is approved."
    AGREEMENT = "A6", "A dated agreement is accepted before sending, each version anew."
    MEASURES_ON_USERS = "A7a", "Graded measures on users, each with reason, term and appeal."
    RECORDS_KEPT = "A7b", "What a measure stood on is sealed and kept."
    MEASURES_ON_OPERATORS = "A7c", "Graded measures on rooms and their owners."
    CREDIT_LEVELS = "A8a", "Levels follow from the record by a public formula."
    BLACKLIST = "A8b", "The seriously untrustworthy are barred."
    NO_RETURN = "A8c", "The barred do not come back by registering again."
    RULES_SHOWN = "A9", "A refusal names its category, and the rules page explains it."
    OPERATORS_DUTY = "A10", "Streamers see to their rooms, and what they leave undone is seen."
    SELF_MANAGEMENT = "A11", "Streamers are granted tools for their own rooms."
    NO_MANIPULATION = (
        "A12a",
        "Order follows from numbers; every change of what is shown is entered.",
    )
    NO_HIRED_POSTERS = "A12b", "Floods and machines are held or slowed."
    REPORTS_AND_APPEALS = "A13¶1", "Report, complaint and appeal are near, and receipted at once."
    APPEAL_DECIDED_BY_ANOTHER = "A13¶2", "Who decided does not decide the appeal."
    HANDLING_INSPECTED = "A13¶3", "How cases were handled can be exported with all times."
    ORDERS = "A14", "An order of the department is carried out under its reference."
    EFFECTIVE_DATES = "A15", "Documents and rules bind from their date."

    # --- B: forum communities
    BOARD_TERMS = "B1-2", "Boards are rooms, their founders streamers: one word for each."
    INSPECTOR_OF_FORUMS = "B3", "The inspector's role covers rooms as boards."
    SELF_DISCIPLINE = "B4", "Rules and numbers are published so that others can compare."
    SAFE_MEANS = "B5", "Review, record and publication work without any outside service."
    PROVIDER_ITSELF = "B6¶1", "Notices of the house pass the same filter and record."
    POWERS_BRING_DUTIES = "B6¶2", "Powers come with duties, and can be narrowed or taken."
    STOP_DELETE_KEEP_REPORT = "B7", "One act stops, removes, seals and reports."
    FOUNDERS_VERIFIED = "B8¶1", "Owners and moderators are verified, again and again."
    NAMES_REVIEWED = "B8¶2", "Names and titles are looked at before they are shown."
    IDENTITY_PROTECTED = "B8¶3", "Identity data are sealed, and each look is noted with its reason."
    STAFF_BOUND = "B9", "What staff do is entered like what others do, and re-checked."
    HONEST_OPERATION = "B10", "Who runs the service, and on what terms, stands on every page."
    CONSPICUOUS_REPORT = "B11¶1", "The way to report is in the first screen of every page."
    COMPLAINTS_INSPECTED = "B11¶2-12", "Inspection and orders reach forum duties too."
    FORUM_DATES = "B13", "Forum duties bind from their date."

    def __init__(self, clause: str, duty: str) -> None:
        self.clause = clause
        self.duty = duty


UNSERVED = frozenset(Article) - {
    Article.PURPOSE,
    Article.ROLES,
    Article.BOARD_TERMS,
    Article.COMPLAINTS_INSPECTED,
    Article.STATIC_VERSION,
    Article.IDENTITY_PROTECTED,
    Article.FOUNDERS_VERIFIED,
    Article.REAL_IDENTITY,
    Article.REVIEW_BEFORE_PUBLICATION,
    Article.SAFE_MEANS,
    Article.REPORTS_ACCEPTED,
    Article.PROMPT_ADDRESS,
    Article.CREDIT_LEVELS,
    Article.NO_HIRED_POSTERS,
    Article.NO_MANIPULATION,
    Article.EMERGENCY_RESPONSE,
    Article.PATROL,
    Article.AGREEMENT,
    Article.MEASURES_ON_USERS,
    Article.RECORDS_KEPT,
    Article.BLACKLIST,
    Article.NO_RETURN,
    Article.MEASURES_ON_OPERATORS,
    Article.EFFECTIVE_DATES,
    Article.EVERY_SURFACE,
    Article.NAMES_REVIEWED,
    Article.PERSONAL_DATA,
    Article.RESPONSIBLE_PERSONS,
    Article.RULES_SHOWN,
    Article.HONEST_OPERATION,
    Article.FORUM_DATES,
    Article.PROVIDER_ITSELF,
    Article.OPERATORS_DUTY,
    Article.SELF_MANAGEMENT,
    Article.POWERS_BRING_DUTIES,
    Article.APPEAL_DECIDED_BY_ANOTHER,
    Article.BETTER_METHODS,
    Article.DATA_SUPPORT,
    Article.SELF_DISCIPLINE,
    Article.INSPECTOR,
    Article.INSPECTION,
    Article.INSPECTOR_OF_FORUMS,
    Article.REPORT_TO_DEPARTMENT,
    Article.VULNERABILITIES,
    Article.SECURITY_ASSESSMENT,
    Article.ORDERS,
    Article.STOP_DELETE_KEEP_REPORT,
    Article.REVIEW_TEAM,
    Article.STAFF_BOUND,
    Article.REPORTS_AND_APPEALS,
    Article.CONSPICUOUS_REPORT,
    Article.HANDLING_INSPECTED,
}
"""Duties that nothing serves. It only ever shrinks; tests/house holds the others to a proof."""
