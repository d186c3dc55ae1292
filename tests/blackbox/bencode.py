"""A strict bencode decoder: unsorted or repeated keys, leading zeros and trailing bytes are errors (BEP 3)."""


def decode(data):
    value, end = _value(data, 0)
    assert end == len(data), f"{len(data) - end} bytes after the value"
    return value


def _value(data, at):
    kind = data[at:at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        text = data[at + 1:end].decode("ascii")
        assert text == str(int(text)), f"integer {text}"
        return int(text), end + 1
    if kind == b"l":
        items, at = [], at + 1
        while data[at:at + 1] != b"e":
            item, at = _value(data, at)
            items.append(item)
        return items, at + 1
    if kind == b"d":
        return _dictionary(data, at + 1)
    assert kind.isdigit(), f"no bencode at {at}: {data[at:at + 20]}"
    colon = data.index(b":", at)
    length = data[at:colon].decode("ascii")
    assert length == str(int(length)), f"length {length}"
    end = colon + 1 + int(length)
    assert end <= len(data), "string goes past the end"
    return data[colon + 1:end], end


def _dictionary(data, at):
    result, previous = {}, None
    while data[at:at + 1] != b"e":
        key, at = _value(data, at)
        assert isinstance(key, bytes)
        assert previous is None or previous < key, f"key {key} after {previous}"
        result[key], at = _value(data, at)
        previous = key
    return result, at + 1
