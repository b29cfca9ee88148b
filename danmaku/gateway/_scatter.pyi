from array import array

def scatter(
    descriptors: array[int], begin: int, end: int, frame: bytes, /
) -> list[tuple[int, int]]: ...
