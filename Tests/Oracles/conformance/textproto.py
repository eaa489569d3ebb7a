"""The part of the protobuf text format that layer specs use: messages, scalars, words, lists.

A message is a dictionary from field name to the list of its values, in order. Values are messages,
`str`, `bool`, `int`, `float`, or a `Word` (an enum value).
"""

import re


class Word(str):
    """An identifier that is a value, such as `ACTIVATION_RELU`."""


TOKEN = re.compile(
    r"""\s*(?:\#[^\n]*\n\s*)*(?:
      (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    | (?P<word>-?[A-Za-z_][\w.]*)
    | (?P<mark>[{}\[\]:,;<>])
    | (?P<end>$))""",
    re.VERBOSE,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
SPECIAL = {"true": True, "false": False, "inf": float("inf"), "nan": float("nan")}
SPECIAL["-inf"] = -SPECIAL["inf"]


def parse(text):
    """Reads a message from text; a mistake raises ValueError with its line."""
    tokens = list(_tokens(text))
    message, rest = _message(tokens, 0, None)
    if tokens[rest][0] != "end":
        raise ValueError(f"line {tokens[rest][2]}: found {tokens[rest][1]!r} after the message")
    return message


def _tokens(text):
    position = 0
    while True:
        match = TOKEN.match(text, position)
        line = text.count("\n", 0, position) + 1
        if match is None:
            raise ValueError(f"line {line}: cannot read {text[position:position + 20]!r}")
        yield match.lastgroup, match.group(match.lastgroup), line
        if match.lastgroup == "end":
            return
        position = match.end()


def _message(tokens, at, closing):
    message = {}
    while tokens[at][0] != "end" and tokens[at][1] != closing:
        kind, name, line = tokens[at]
        if kind != "word":
            raise ValueError(f"line {line}: found {name!r}, expected the name of a field")
        at += 1
        if tokens[at][1] == ":":
            at += 1
        values, at = _values(tokens, at)
        message.setdefault(name, []).extend(values)
        if tokens[at][1] in (",", ";"):
            at += 1
    if closing is not None and tokens[at][1] != closing:
        raise ValueError(f"line {tokens[at][2]}: the text ends before {closing!r}")
    return message, at


def _values(tokens, at):
    if tokens[at][1] != "[":
        value, at = _value(tokens, at)
        return [value], at
    values = []
    at += 1
    while tokens[at][1] != "]":
        value, at = _value(tokens, at)
        values.append(value)
        if tokens[at][1] == ",":
            at += 1
    return values, at + 1


def _value(tokens, at):
    kind, text, line = tokens[at]
    if text == "{":
        message, end = _message(tokens, at + 1, "}")
        return message, end + 1
    if kind == "string":
        unquoted = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), text[1:-1])
        return unquoted, at + 1
    if kind == "number":
        return (int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)), at + 1
    if kind == "word":
        return SPECIAL.get(text, Word(text)), at + 1
    raise ValueError(f"line {line}: found {text!r}, expected a value")


def render(message, indent=0):
    """Writes a message, one field a line."""
    lines = []
    space = "  " * indent
    for name, values in message.items():
        for value in values:
            if isinstance(value, dict):
                body = render(value, indent + 1)
                inside = f"\n{body}{space}" if body else ""
                lines.append(f"{space}{name} {{{inside}}}\n")
            else:
                lines.append(f"{space}{name}: {_scalar(value)}\n")
    return "".join(lines)


def _scalar(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{quoted}"'
    return repr(value)


def message(**fields):
    """A message from keyword arguments: a list is a repeated field, None an absent one."""
    result = {}
    for name, value in fields.items():
        if value is None:
            continue
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        if values:
            result[name] = values
    return result
