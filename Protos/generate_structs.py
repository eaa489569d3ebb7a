"""Writes Swift structs, the schema as text and the registry list from the .proto files.

Usage: generate_structs.py DESCRIPTOR_SET SOURCES_LAYERS
Run it through generate.sh. Output goes to SOURCES_LAYERS/Config/Generated.
"""
import pathlib
import re
import sys

from google.protobuf import descriptor_pb2

from schema import BY_HAND, OPEN, ROOT, Field, Schema, camel, quoted

LAYER_FIELDS = ("layers", "layer", "child_layer")


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


def parameters(fields, first_unlabelled=False):
    out = []
    for i, f in enumerate(fields):
        label = "_ " if first_unlabelled and i == 0 else ""
        default = "" if f.default is None else f" = {f.default}"
        out.append(f"{label}{f.swift}: {f.type}{default}")
    return ", ".join(out)


def table(schema, d, role):
    """The message as lines of the text of the schema."""
    omits = list(schema.option(d, "omits"))
    one_of = " one-of" if schema.is_one_of(d) else ""
    rows = "".join(Field(schema, f).row() for f in d.fields)
    omitted = f"- {' '.join(omits)}\n" if omits else ""
    return f"message {schema.key(d)}{role}{one_of}\n| {schema.docs[d.full_name]}\n{omitted}{rows}\n"


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


def struct(schema, d, is_layer):
    fields = [Field(schema, f) for f in d.fields]
    text = doc_lines(schema.docs[d.full_name]) + f"public struct {d.name}: ConfigRecord {{\n"
    for f in fields:
        text += doc_lines(f.doc, "  ") + f"  public var {f.property}: {f.type}\n"
    if is_layer and not any(f.name == "name" for f in fields):
        text += "  /// Layers of this kind have no name.\n  public var name: String? { nil }\n"
    for f in fields:
        if f.constant:
            name, value = f.constant
            text += (f"  /// What `{f.swift}` is where it is not given.\n"
                     f"  public static let {name}: {f.type} = {value}\n")
    made, order = inits(fields)
    text += made
    if any(f.is_layer for f in fields):
        text += ("\n  /// Whether all fields are equal; layers that cannot be compared are not.\n"
                 "  public static func == (a: Self, b: Self) -> Bool { haveEqualFields(a, b) }\n")
    reads = ", ".join(f"{f.swift}: {f.read()}" for f in order if f.required)
    rows = ", ".join(f.property_row() for f in fields)
    text += (f"\n  /// The fields of the message.\n  public static let table = FieldTable.inSchema({quoted(schema.key(d))})\n"
             f"  package static let properties: [ConfigProperty<Self>] = [{rows}]\n\n"
             f"  package init(required fields: FieldReader) throws(ConfigError) {{\n    self.init({reads})\n  }}\n")
    return text + nested(schema, d) + "}\n"


def choice(schema, d):
    cases, makers, reads, writes = "", "", "", ""
    for raw in d.fields:
        f = Field(schema, raw)
        cases += doc_lines(f.doc, "  ")
        if raw.message_type is not None and not raw.message_type.fields:
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
    unknown = "throw fields.unknownCase(other)"
    if schema.key(d) in OPEN:
        cases += "  /// A part of another package.\n  case custom(CustomPart)\n"
        writes += "      case .custom(let part): try fields.set(part)\n"
        unknown = "self = .custom(try fields.customPart(other))"
    return (doc_lines(schema.docs[d.full_name]) + f"public indirect enum {d.name}: ConfigMessage {{\n{cases}{makers}"
            "\n  /// The cases of the message.\n"
            f"  public static let table = FieldTable.inSchema({quoted(schema.key(d))})\n"
            "\n  /// Reads a checked tree.\n"
            "  public init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {\n"
            "    let fields = FieldReader(spec, Self.table, registry)\n"
            f"    switch try fields.selectedCase() {{\n{reads}    case let other: {unknown}\n    }}\n  }}\n"
            "\n  /// The tree of the message.\n"
            "  public var spec: SpecNode {\n    get throws(ConfigError) {\n"
            f"      var fields = FieldWriter(Self.table)\n      switch self {{\n{writes}      }}\n"
            "      return fields.node\n    }\n  }\n" + nested(schema, d) + "}\n")


def enum(schema, d, is_word):
    text = doc_lines(schema.docs[d.full_name])
    text += f"public enum {d.name}: String, {'ConfigWord' if is_word else 'ConfigSymbol'} {{\n"
    for full, word, swift, value, v in schema.words(d):
        spelling = word if is_word else full
        text += doc_lines(schema.docs[d.full_name, v.name], "  ") + f"  case {swift} = {quoted(spelling)}\n"
    return text + (f"\n  /// The legal values.\n"
                   f"  public static let words = WordList.inSchema({quoted(schema.key(d))})\n}}\n")


def word_list(schema, d, is_word):
    """The enum as lines of the text of the schema."""
    rows = "".join(f"{word if is_word else full} {swift} {value}\n"
                   for full, word, swift, value, _ in schema.words(d))
    return f"enum {schema.key(d)}\n{rows}\n"


def nested(schema, d):
    parts = [enum(schema, e, False) for e in d.enum_types]
    for m in d.nested_types:
        if m.fields:
            parts.append(choice(schema, m) if schema.is_one_of(m) else struct(schema, m, False))
    return "".join("\n" + re.sub(r"(?m)^(?=.)", "  ", p) for p in parts)


def facts(source, name):
    """What the doc comment of a layer's extension says: its summary, and the items of its list."""
    found = re.search(rf"((?:^///.*\n)+)extension {name}\s*:", source, re.M)
    if not found:
        return ""
    text = "\n".join(line[3:].strip() for line in found.group(1).splitlines()).replace("``", "")
    items = re.findall(r"(?m)^- (\w+): (.*(?:\n(?!- ).+)*)", text)
    rows = "".join(f"{k}: {' '.join(v.split())}\n" for k, v in items if k != "Source")
    return f"layer {name}\n| {' '.join(text.split(chr(10) * 2)[0].split())}\n{rows}\n"


def cell(text):
    return text.replace("|", "\\|").removesuffix(".")


def readme_row(doc, name, documented):
    """The row of a layer in the table of the README, as LayerTable makes it."""
    block = documented.split("\n") if documented else []
    said = dict(line.split(": ", 1) for line in block[2:] if ": " in line)
    streaming = cell(said.get("Streaming", "stateless: a step is the layer on a block."))
    beyond = f". **Beyond the original:** {cell(said['Beyond'])}" if "Beyond" in said else ""
    return f"| `{name}` | {cell(doc)} | {streaming}{beyond} |\n"


def main(set_path, layers_path):
    files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(set_path).read_bytes())
    schema, layers = Schema(files), pathlib.Path(layers_path)
    out = layers / "Config" / "Generated"
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.swift"):
        old.unlink()
    root = schema.messages[ROOT]
    cases = {f.message_type.name: f for f in root.fields}
    files = [p for p in sorted(layers.glob("*/*.swift")) if p.parent.name != "Config"]
    sources = "\n".join(p.read_text() for p in files)
    written = set(re.findall(r"extension (\w+)\s*:[^{]*Layer\b", sources))
    if missing := sorted(set(cases) - written):
        sys.exit(f"generate.sh: no file in Sources/Layers has the layer {', '.join(missing)}")
    words = {schema.option(f, "words") for m in schema.messages.values() for f in m.fields}

    def emit(name, text, imports="", part="Config"):
        head = "// Generated by Protos/generate.sh: edit the .proto instead.\n\n"
        (out / f"{name}+{part}.swift").write_text(head + imports + text)

    def emit_text(name, doc, texts):
        """One file for each .proto file, and the list of their texts."""
        for family, text in texts.items():
            emit(name, f"extension {name} {{\n  static let {family} = #\"\"\"\n{text}\n\"\"\"#\n}}\n",
                 part=family[:1].upper() + family[1:])
        emit(name, f"extension {name} {{\n  /// {doc}\n  static let texts = [{', '.join(texts)}]\n}}\n", part="Texts")

    words_of_enums, tables, documented, readme = "", {}, {}, ""

    def add(texts, descriptor, text):
        family = camel(descriptor.file.name.removesuffix(".proto"))
        texts[family] = texts.get(family, "") + text

    for key, d in sorted(schema.enums.items()):
        if key not in BY_HAND:
            words_of_enums += word_list(schema, d, key in words)
        if "." not in key and key not in BY_HAND:
            emit(key, enum(schema, d, key in words))
    for key, d in sorted(schema.messages.items()):
        if key == ROOT or key in BY_HAND:
            continue
        case = cases.get(d.name) if "." not in key else None
        add(tables, d, table(schema, d, f" layer {case.name} {case.number}" if case else ""))
        if "." in key:
            continue
        if case:
            said = facts(sources, key)
            add(documented, d, said)
            readme += readme_row(schema.docs[d.full_name], key, said)
        text = choice(schema, d) if schema.is_one_of(d) else struct(schema, d, case)
        emit(key, text, "public import Tensors\n\n" if re.search(r"\bDType\b", text) else "")
    page = layers.parent.parent / "README.md"
    head = "| Layer | What it does | Streaming |\n|---|---|---|\n"
    page.write_text(re.sub(re.escape(head) + r"(\|.*\n)*", lambda _: head + readme, page.read_text()))
    emit_text("LibrarySchema", "The enums, which messages of any file name, and the messages of each .proto file.",
              {"enums": words_of_enums} | dict(sorted(tables.items())))
    emit_text("LayerFacts", "What the doc comments of the layers say, for each .proto file.",
              dict(sorted(documented.items())))
    rows = "".join(f"    .layer({n}.self),\n" for n in sorted(cases))
    emit("LayerRegistry", "extension LayerRegistry {\n  /// Every layer of the schema.\n"
         f"  static let builtInEntries: [Entry] = [\n{rows}  ]\n}}\n", part="Entries")


main(*sys.argv[1:])
