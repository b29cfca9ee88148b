"""What staff and users ask of the API in more than one article's scenario."""


def bearer(person):
    return {"Authorization": f"Bearer {person.token}"}


async def take(site, person, step, **fields):
    """Take a measure through the API; its fields come back.

    It is of the class that leaves people on their level: what credit takes has its own scenario.
    """
    wanted = {"step": step, "category": "other", "basis": "rule 3", "note": "Stop this."}
    sent = await site.api.post("/api/measures", json=wanted | fields, headers=bearer(person))
    return sent.raise_for_status().json()


async def reverse(site, person, measure_id):
    path = f"/api/measures/{measure_id}/reverse"
    sent = await site.api.post(path, json={"reason": "a mistake"}, headers=bearer(person))
    sent.raise_for_status()


async def own(site, person):
    """What was taken against a person, as that person may read it."""
    got = await site.api.get("/api/me/measures", headers=bearer(person))
    return got.raise_for_status().json()["measures"]
