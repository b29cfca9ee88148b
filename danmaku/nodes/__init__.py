"""Many nodes over one record: each announces every room in the record's order."""
