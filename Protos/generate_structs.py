"""Writes Swift structs, field tables and the registry list from the .proto files.

Usage: generate_structs.py DESCRIPTOR_SET SOURCES_LAYERS
Run it through generate.sh. Output goes to SOURCES_LAYERS/Config/Generated.
"""
import pathlib
import re
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

ROOT = "SequenceLayer"
# Messages and enums that have a Swift type written by hand.
BY_HAND = {"Tensor": "TensorConstant", "DType": "DType", ROOT: "any SequenceLayer"}
T = descriptor_pb2.FieldDescriptorProto
SCALARS = {
    T.TYPE_INT32: ("Int", ".int"),
    T.TYPE_BOOL: ("Bool", ".bool"),
    T.TYPE_DOUBLE: ("Double", ".double"),
    T.TYPE_STRING: ("String", ".string"),
    T.TYPE_BYTES: ("[UInt8]", ".bytes"),
}
LAYER_FIELDS = ("layers", "layer", "child_layer")


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def doc_lines(text, indent=""):
    # The summary is a sentence of its own, with an empty line before any other.
    if ". " in text:
        first, rest = text.split(". ", 1)
        return doc_lines(first + ".", indent) + f"{indent}///\n" + doc_lines(rest, indent)
    words, lines, line = text.split(), [], ""
    for word in words:
        if len(indent) + len(line) + len(word) + 5 > 100:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "".join(f"{indent}/// {line}\n" for line in lines + [line])


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(value):
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value).replace("e-0", "e-").replace("e+", "e")


class Schema:
    """All messages and enums of the package, with comments and our options."""

    def __init__(self, files):
        pool = descriptor_pool.DescriptorPool()
        self.messages, self.enums, self.docs = {}, {}, {}
        for file in files.file:
            pool.Add(file)
        self.options = {
            name: pool.FindExtensionByName(f"sequence_layers.{name}")
            for name in ("required", "absent", "words", "property", "omits")
        }
        factory = message_factory.MessageFactory(pool)
        self.prototype = lambda d: factory.GetPrototype(d)()
        for file in files.file:
            if file.package != "sequence_layers" or file.name == "annotations.proto":
                continue
            comments = {
                tuple(place.path): " ".join(place.leading_comments.split())
                for place in file.source_code_info.location
            }
            descriptor = pool.FindFileByName(file.name)
            for i, message in enumerate(file.message_type):
                self.add(descriptor.message_types_by_name[message.name], comments, (4, i))
            for i, enum in enumerate(file.enum_type):
                self.add_enum(descriptor.enum_types_by_name[enum.name], comments, (5, i))
        self.factory, self.pool = factory, pool

    def key(self, descriptor):
        return descriptor.full_name.removeprefix("sequence_layers.")

    def add(self, d, comments, path):
        self.messages[self.key(d)] = d
        self.docs[d.full_name] = comments.get(path, "").split("  ")[0]
        for i, field in enumerate(d.fields):
            self.docs[field.full_name] = comments.get(path + (2, i), "")
        for i, nested in enumerate(d.nested_types):
            self.add(nested, comments, path + (3, i))
        for i, enum in enumerate(d.enum_types):
            self.add_enum(enum, comments, path + (4, i))

    def add_enum(self, d, comments, path):
        self.enums[self.key(d)] = d
        self.docs[d.full_name] = comments.get(path, "")
        for i, value in enumerate(d.values):
            self.docs[d.full_name, value.name] = comments.get(path + (2, i), "")

    def option(self, d, name):
        options = d.GetOptions()
        # Options are parsed with descriptor classes that may not know our extensions: parse anew.
        cls = self.factory.GetPrototype(self.pool.FindMessageTypeByName(options.DESCRIPTOR.full_name))
        return cls.FromString(options.SerializeToString()).Extensions[self.options[name]]

    def is_one_of(self, d):
        return len(d.oneofs) == 1 and len(d.oneofs[0].fields) == len(d.fields)

    def is_empty(self, d):
        return not d.fields

    def words(self, enum):
        """(protobuf spelling, Swift case, number) of each value."""
        prefix = re.match("_?".join(enum.name.upper()) + "_", enum.values[-1].name)
        shared = len(prefix.group()) if prefix else 0
        for value in enum.values:
            if value.name.endswith("_UNSPECIFIED"):
                continue
            bare = value.name[shared:]
            yield value.name, bare.lower(), camel(bare.lower()), value.number, value


class Field:
    def __init__(self, schema, d):
        self.schema, self.d, self.name, self.swift = schema, d, d.name, camel(d.name)
        self.repeated = d.label == T.LABEL_REPEATED
        self.required = schema.option(d, "required")
        self.absent = schema.option(d, "absent") if d.GetOptions() else ""
        self.doc = schema.docs[d.full_name]
        self.words = schema.option(d, "words")
        self.property = schema.option(d, "property") or self.swift
        self.is_layer = d.message_type is not None and d.message_type.name == ROOT
        self.element, self.table_type = self.types()
        self.many = self.repeated and not self.is_layer and (
            d.type in (T.TYPE_INT32, T.TYPE_BOOL) or d.type == T.TYPE_STRING)
        self.default = self.swift_default()

    def types(self):
        d = self.d
        if self.words:
            return self.words, f".word({self.words}.words)"
        if d.enum_type is not None:
            name = self.schema.key(d.enum_type)
            return BY_HAND.get(name, name), f".symbol({name}.words)"
        if d.message_type is not None:
            name = self.schema.key(d.message_type)
            kind = ".layer" if self.is_layer else f'.message("{name}")'
            return BY_HAND.get(name, name), kind
        return SCALARS[d.type]

    @property
    def type(self):
        if self.many:
            return "Dims" if self.element == "Int" else f"OneOrMany<{self.element}>"
        if self.repeated:
            return f"[{self.element}]"
        optional = not self.required and self.default == "nil"
        if not optional:
            return self.element
        return f"({self.element})?" if self.is_layer else f"{self.element}?"

    def absent_values(self):
        """The values that absence stands for, parsed from the option."""
        text = self.absent.strip()
        if not text:
            return []
        inner = text if self.repeated or self.d.message_type is None else "{" + text + "}"
        holder = self.schema.prototype(self.d.containing_type)
        text_format.Parse(f"{self.name}: {inner}", holder)
        value = getattr(holder, self.name)
        return list(value) if self.repeated else [value]

    def swift_default(self):
        d = self.d
        if self.required and not (self.repeated and self.absent):
            return None
        if self.required:
            return None
        if self.repeated:
            values = [self.swift_value(v) for v in self.absent_values()]
            return values[0] if self.many and len(values) == 1 else f"[{', '.join(values)}]"
        if d.message_type is not None:
            values = self.absent_values()
            return self.swift_value(values[0]) if values else "nil"
        if not d.has_default_value:
            return "nil"
        return self.scalar(d.default_value)

    def scalar(self, value):
        if self.words:
            return "." + camel(value)
        if self.d.enum_type is not None:
            return "." + next(w[2] for w in self.schema.words(self.d.enum_type) if w[3] == value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return quoted(value) if isinstance(value, str) else number(value)

    def swift_value(self, value):
        if self.d.message_type is None:
            return self.scalar(value)
        return swift_message(self.schema, value)

    def table_defaults(self):
        d = self.d
        if self.repeated or d.message_type is not None:
            values = self.absent_values()
        else:
            values = [d.default_value] if d.has_default_value else []
        return [self.table_value(v) for v in values]

    def table_value(self, value):
        d = self.d
        if d.message_type is not None:
            return table_message(self.schema, value)
        if d.enum_type is not None:
            return f".symbol({quoted(d.enum_type.values_by_number[value].name)})"
        kind = {T.TYPE_INT32: "integer", T.TYPE_BOOL: "bool", T.TYPE_DOUBLE: "number"}
        text = str(value).lower() if isinstance(value, bool) else None
        text = text or (quoted(value) if isinstance(value, str) else number(value))
        return f".{kind.get(d.type, 'text')}({text})"

    def row(self):
        parts = [quoted(self.name), str(self.d.number), self.table_type]
        if self.repeated:
            parts.append("isRepeated: true")
        if self.required:
            parts.append("isRequired: true")
            if self.repeated and (self.absent or self.is_layer):
                parts.append("mayBeEmpty: true")
        defaults = self.table_defaults()
        if defaults:
            parts.append(f"defaults: [{', '.join(defaults)}]")
        parts.append(f"doc: {quoted(self.doc)}")
        return f"      FieldRow({', '.join(parts)}),\n"

    def read(self):
        name = quoted(self.name)
        if self.is_layer:
            if self.repeated:
                return f"try fields.layers({name})"
            return f"try fields.{'requiredLayer' if self.required else 'layer'}({name})"
        if self.many:
            if self.required:
                return f"try fields.many({name}) ?? []" if self.absent else f"try fields.requiredMany({name})"
            return f"try fields.many({name}) ?? {self.default}"
        if self.repeated:
            if self.default in (None, "[]"):
                return f"try fields.list({name})"
            return f"try fields.nonEmptyList({name}) ?? {self.default}"
        if self.required:
            return f"try fields.required({name})"
        tail = "" if self.default == "nil" else f" ?? {self.default}"
        return f"try fields.value({name}){tail}"

    def write(self):
        label = ("layers: " if self.repeated else "layer: ") if self.is_layer else ""
        return f"      try fields.set({quoted(self.name)}, {label}{self.property})\n"


def swift_message(schema, value):
    """A message of a default as a Swift expression."""
    (d, inner), = value.ListFields()
    if d.message_type is None:
        return f".{camel(d.name)}({Field(schema, d).scalar(inner)})"
    if schema.is_empty(d.message_type):
        return f".{camel(d.name)}"
    parts = []
    for field, x in inner.ListFields():
        f = Field(schema, field)
        values = [f.swift_value(v) for v in (x if f.repeated else [x])]
        joined = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
        parts.append(f"{f.swift}: {joined}")
    return f".{camel(d.name)}({', '.join(parts)})"


def table_message(schema, value):
    parts = [quoted(schema.key(value.DESCRIPTOR))]
    for d, x in value.ListFields():
        f = Field(schema, d)
        values = [f.table_value(v) for v in (x if f.repeated else [x])]
        parts.append(f"({quoted(d.name)}, [{', '.join(values)}])")
    return f".node({', '.join(parts)})"


def parameters(fields, first_unlabelled=False):
    out = []
    for i, f in enumerate(fields):
        label = "_ " if first_unlabelled and i == 0 else ""
        default = "" if f.default is None or f.required else f" = {f.default}"
        out.append(f"{label}{f.swift}: {f.type}{default}")
    return ", ".join(out)


def table(schema, d, fields, role):
    omits = list(schema.option(d, "omits"))
    one_of = ", isOneOf: true" if schema.is_one_of(d) else ""
    rows = "".join(f.row() for f in fields)
    tail = f",\n    omitted: [{', '.join(map(quoted, omits))}]" if omits else ""
    body = f"[\n{rows}    ]" if rows else "[]"
    return (f"FieldTable(\n    {quoted(schema.key(d))}{role}{one_of},\n    doc: "
            f"{quoted(schema.docs[d.full_name])},\n    fields: {body}{tail})")


def inits(fields):
    order = [f for f in fields if f.required] + [f for f in fields if not f.required]
    assign = "".join(f"    self.{f.property} = {f.swift}\n" for f in order)
    out = f"\n  /// Creates it from its fields.\n  public init({parameters(order)}) {{\n{assign}  }}\n"
    first = order[0] if order else None
    if first and first.is_layer and first.name in LAYER_FIELDS and first.d.index == 0:
        passed = ", ".join(f"{f.swift}: {f.swift}" for f in order)
        out += (f"\n  /// Creates it from its fields, the first without label.\n"
                f"  public init({parameters(order, True)}) {{\n    self.init({passed})\n  }}\n")
        if first.repeated:
            rest = order[1:]
            head = parameters(rest) + (", " if rest else "")
            values = ", ".join(f"{f.swift}: {f.swift}" for f in rest)
            out += (f"\n  /// Creates it from a block of layers.\n"
                    f"  public init({head}@LayerListBuilder {first.swift}: () -> {first.type}) {{\n"
                    f"    self.init({first.swift}: {first.swift}(), {values})\n  }}\n")
    return out, order


def struct(schema, d, role, file):
    fields = [Field(schema, f) for f in d.fields]
    name = d.name
    text = doc_lines(schema.docs[d.full_name]) + f"public struct {name}: ConfigMessage {{\n"
    for f in fields:
        text += doc_lines(f.doc, "  ") + f"  public var {f.property}: {f.type}\n"
    if role and not any(f.name == "name" for f in fields):
        text += "  /// Layers of this kind have no name.\n  public var name: String? { nil }\n"
    made, order = inits(fields)
    text += made
    if any(f.is_layer for f in fields):
        text += "\n  /// Whether all fields are equal; layers that cannot be compared are not.\n"
        text += "  public static func == (a: Self, b: Self) -> Bool {\n"
        for f in fields:
            test = f"areEqual(a.{f.property}, b.{f.property})" if f.is_layer else f"a.{f.property} == b.{f.property}"
            text += f"    guard {test} else {{ return false }}\n"
        text += "    return true\n  }\n"
    reads = ",\n".join(f"      {f.swift}: {f.read()}" for f in order)
    writes = "".join(f.write() for f in fields)
    text += (f"\n  /// The fields of the message.\n  public static let table = {table(schema, d, fields, role)}\n"
             "\n  /// Reads a checked tree.\n"
             "  public init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {\n"
             f"    let fields = FieldReader(spec, Self.table, registry)\n    self.init(\n{reads})\n  }}\n"
             "\n  /// The tree of the message without fields at their defaults.\n"
             "  public var spec: SpecNode {\n    get throws(ConfigError) {\n"
             f"      var fields = FieldWriter(Self.table)\n{writes}      return fields.node\n    }}\n  }}\n")
    return text + nested(schema, d, file) + "}\n"


def choice(schema, d, file):
    cases, makers, reads, writes = "", "", "", ""
    for raw in d.fields:
        f = Field(schema, raw)
        cases += doc_lines(f.doc, "  ")
        if raw.message_type is not None and schema.is_empty(raw.message_type):
            cases += f"  case {f.swift}\n"
            reads += f"    case {quoted(f.name)}: self = .{f.swift}\n"
            writes += f"      case .{f.swift}: fields.setEmpty({quoted(f.name)})\n"
            continue
        cases += f"  case {f.swift}({f.element})\n"
        reads += f"    case {quoted(f.name)}: self = .{f.swift}(try fields.required({quoted(f.name)}))\n"
        writes += f"      case .{f.swift}(let value): try fields.set({quoted(f.name)}, value)\n"
        if raw.message_type is not None and f.element not in BY_HAND.values():
            inner = [Field(schema, x) for x in raw.message_type.fields]
            order = [x for x in inner if x.required] + [x for x in inner if not x.required]
            passed = ", ".join(f"{x.swift}: {x.swift}" for x in order)
            makers += (f"\n{doc_lines(f.doc, '  ')}  public static func {f.swift}({parameters(order)}) -> Self {{\n"
                       f"    .{f.swift}({f.element}({passed}))\n  }}\n")
    role = ""
    return (doc_lines(schema.docs[d.full_name]) + f"public indirect enum {d.name}: ConfigMessage {{\n{cases}{makers}"
            f"\n  /// The cases of the message.\n  public static let table = "
            f"{table(schema, d, [Field(schema, f) for f in d.fields], role)}\n"
            "\n  /// Reads a checked tree.\n"
            "  public init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {\n"
            "    let fields = FieldReader(spec, Self.table, registry)\n"
            f"    switch try fields.selectedCase() {{\n{reads}    case let other: throw fields.unknownCase(other)\n    }}\n  }}\n"
            "\n  /// The tree of the message.\n"
            "  public var spec: SpecNode {\n    get throws(ConfigError) {\n"
            f"      var fields = FieldWriter(Self.table)\n      switch self {{\n{writes}      }}\n"
            "      return fields.node\n    }\n  }\n" + nested(schema, d, file) + "}\n")


def enum(schema, d, is_word):
    text = doc_lines(schema.docs[d.full_name])
    text += f"public enum {d.name}: String, {'ConfigWord' if is_word else 'ConfigSymbol'} {{\n"
    rows = ""
    for full, word, swift, value, v in schema.words(d):
        spelling = word if is_word else full
        text += doc_lines(schema.docs[d.full_name, v.name], "  ") + f"  case {swift} = {quoted(spelling)}\n"
        rows += f"      WordList.Word({quoted(spelling)}, {quoted(swift)}, {value}),\n"
    return text + (f"\n  /// The legal values.\n  public static let words = WordList(\n"
                   f"    {quoted(schema.key(d))},\n    [\n{rows}    ])\n}}\n")


def nested(schema, d, file):
    parts = [enum(schema, e, False) for e in d.enum_types]
    for m in d.nested_types:
        if not schema.is_empty(m):
            parts.append(choice(schema, m, file) if schema.is_one_of(m) else struct(schema, m, "", file))
    return "".join("\n" + re.sub(r"(?m)^(?=.)", "  ", p) for p in parts)


def main(set_path, layers_path):
    files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(set_path).read_bytes())
    schema, layers = Schema(files), pathlib.Path(layers_path)
    out = layers / "Config" / "Generated"
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.swift"):
        old.unlink()
    root = schema.messages[ROOT]
    cases = {f.message_type.name: f for f in root.fields}
    sources = [p.read_text() for p in layers.glob("*/*.swift") if p.parent.name != "Config"]
    written = set(re.findall(r"extension (\w+)\s*:[^{]*Layer\b", "\n".join(sources)))
    words = {schema.option(f, "words") for m in schema.messages.values() for f in m.fields}
    values = []

    def emit(name, text, imports_tensors):
        head = "// Generated by Protos/generate.sh: edit the .proto instead.\n\n"
        (out / f"{name}+Config.swift").write_text(head + ("public import Tensors\n\n" if imports_tensors else "") + text)

    for key, d in sorted(schema.messages.items()):
        if key == ROOT:
            continue
        if d.name not in cases or "." in key:
            by_hand = key in BY_HAND
            values.append(f"{table(schema, d, [], '')}" if schema.is_empty(d)
                          else f"{BY_HAND.get(key, key)}.table")
        if "." in key or key in BY_HAND:
            continue
        role = ""
        if d.name in cases:
            role = f", .layer(field: {quoted(cases[d.name].name)}, number: {cases[d.name].number})"
        text = choice(schema, d, key) if schema.is_one_of(d) else struct(schema, d, role, key)
        emit(key, text, re.search(r"\bDType\b", text))
    for key, d in sorted(schema.enums.items()):
        if "." not in key and key not in BY_HAND:
            emit(key, enum(schema, d, key in words), False)
    rows = "".join(f"    .{'available' if n in written else 'reserved'}({n}.self),\n" for n in sorted(cases))
    tables = "".join(f"    {v},\n" for v in values)
    emit("LayerRegistry", "extension LayerRegistry {\n  /// Every layer of the schema.\n"
         f"  static let builtInEntries: [Entry] = [\n{rows}  ]\n\n  /// The messages of fields.\n"
         f"  static let builtInValues: [FieldTable] = [\n{tables}  ]\n}}\n", False)


main(*sys.argv[1:])
