"""The product in a real browser. A package, so that all files share one server and one browser."""
