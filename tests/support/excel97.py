"""A minimal writer of Excel 97 workbooks: BIFF8 records in a compound file."""

import struct

_SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def write_xls(path, sheets):
    """Writes title -> rows; a cell is text, a number, or `None`."""
    bodies = [_sheet(rows) for rows in sheets.values()]
    names = [_text(title, "<B") for title in sheets]
    head = sum(len(_record(0x85, bytes(6) + name)) for name in names)
    place = len(_bof(5)) + len(_record(0x42, bytes(2))) + head + len(_record(0x0A))
    stream = _bof(5) + _record(0x42, struct.pack("<H", 1200))
    for name, body in zip(names, bodies, strict=True):
        stream += _record(0x85, struct.pack("<IBB", place, 0, 0) + name)
        place += len(body)
    stream += _record(0x0A) + b"".join(bodies)
    path.write_bytes(_compound(stream))
    return path


def _record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind):
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0, 6))


def _text(text, length):
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def _sheet(rows):
    records = _bof(0x10)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            where = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                records += _record(0x204, where + _text(cell, "<H"))
            elif cell is not None:
                records += _record(0x203, where + struct.pack("<d", cell))
    return records + _record(0x0A)


def _compound(stream):
    # A stream below 4096 bytes would have to go into the mini stream.
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    chain = [*range(1, count), _END, _END]
    fats = next(n for n in range(1, 99) if n * 128 >= len(chain) + n)
    fat = chain + [_FAT] * fats
    fat += [_FREE] * (fats * 128 - len(fat))
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        fats,
        count,
        0,
        4096,
        _END,
        0,
        _END,
        0,
        count + 1,
    )
    rest = [count + 1 + n for n in range(1, fats)]
    header += struct.pack("<108I", *rest, *[_FREE] * (108 - len(rest)))
    folder = _entry("Root Entry", 5, _END, 0, child=1)
    folder += _entry("Workbook", 2, 0, len(stream)) + bytes(2 * 128)
    return header + stream + folder + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name, kind, start, size, child=_FREE):
    coded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16xI8x8xIII",
        coded,
        len(coded),
        kind,
        1,
        _FREE,
        _FREE,
        child,
        0,
        start,
        size,
        0,
    )
