"""The HTTP doors: pages, the JSON API, and the operator's desk."""
