"""What the .proto files say, as the generator of structs needs it: names, types, defaults, docs."""
import re

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

ROOT = "SequenceLayer"
# Messages and enums that have a Swift type written by hand.
BY_HAND = {"Tensor": "TensorConstant", "DType": "DType", ROOT: "any SequenceLayer"}
# Messages whose extensions are parts that other packages register.
OPEN = {
    "RNNCell", "NoiseSampler", "WeightNormalization", "RelativePositionEmbedding", "QueryKeyValueProjection",
}
T = descriptor_pb2.FieldDescriptorProto
SCALARS = {
    T.TYPE_INT32: ("Int", "int"),
    T.TYPE_BOOL: ("Bool", "bool"),
    T.TYPE_DOUBLE: ("Double", "double"),
    T.TYPE_STRING: ("String", "string"),
    T.TYPE_BYTES: ("[UInt8]", "bytes"),
}


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


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
            for name in ("required", "absent", "words", "property", "example", "omits", "layer_number")
        }
        self.factory, self.pool = message_factory.MessageFactory(pool), pool
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
        self.constant = None
        if d.message_type is not None and not self.repeated and "[" in (self.default or ""):
            # Compilers copy defaults of arguments into modules that call with them, and may confuse the arrays of
            # copies in different modules, which have the same names: arrays of defaults stay in this module.
            owner = BY_HAND.get(schema.key(d.containing_type), schema.key(d.containing_type))
            name = f"default{self.swift[0].upper()}{self.swift[1:]}"
            self.constant = (name, self.default)
            self.default = f"{owner}.{name}"

    def types(self):
        d = self.d
        if self.words:
            return self.words, f"word:{self.words}"
        if d.enum_type is not None:
            name = self.schema.key(d.enum_type)
            return BY_HAND.get(name, name), f"symbol:{name}"
        if d.message_type is not None:
            name = self.schema.key(d.message_type)
            return BY_HAND.get(name, name), "layer" if self.is_layer else f"message:{name}"
        return SCALARS[d.type]

    @property
    def type(self):
        if self.many:
            return "Dims" if self.element == "Int" else f"OneOrMany<{self.element}>"
        if self.repeated:
            return f"[{self.element}]"
        if self.default != "nil":
            return self.element
        return f"({self.element})?" if self.is_layer else f"{self.element}?"

    def absent_values(self):
        """The values that absence stands for, parsed from the option."""
        text = self.absent.strip()
        if not text:
            return []
        inner = text if self.repeated or self.d.message_type is None else "{" + text + "}"
        holder = self.schema.factory.GetPrototype(self.d.containing_type)()
        text_format.Parse(f"{self.name}: {inner}", holder)
        value = getattr(holder, self.name)
        return list(value) if self.repeated else [value]

    def swift_default(self):
        d = self.d
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
        """A default as the text of the schema has it."""
        d = self.d
        if d.message_type is not None:
            return table_message(self.schema, value)
        if d.enum_type is not None:
            return d.enum_type.values_by_number[value].name
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return quoted(value)
        return repr(float(value)) if d.type == T.TYPE_DOUBLE else str(value)

    def row(self):
        """The field as a line of the text of the schema."""
        parts = [self.name, str(self.d.number), self.table_type]
        example = self.schema.option(self.d, "example")
        if self.repeated:
            parts.append("repeated")
        if self.required:
            parts.append("required")
            if self.repeated and (self.absent or self.is_layer):
                parts.append("may-be-empty")
        defaults = self.table_defaults()
        if defaults:
            parts.append(f"= {', '.join(defaults)}")
        if example:
            text = {T.TYPE_STRING: quoted, T.TYPE_DOUBLE: lambda x: repr(float(x))}.get(self.d.type, str)(example)
            parts.append(f"like {text}")
        return f"{' '.join(parts)} | {self.doc}\n"

    def property_row(self):
        """The property as an element of the list of a struct's properties."""
        kind = "layers" if self.repeated else "layer"
        if not self.is_layer:
            kind = "many" if self.many else "list" if self.repeated else "value"
        if not self.repeated and self.type.endswith("?"):
            kind = "optional" + kind.capitalize()
        return f".{kind}(\\.{self.property})"

    def read(self):
        """How a field that has to be given is read."""
        name = quoted(self.name)
        if self.is_layer:
            return f"try fields.layers({name})" if self.repeated else f"try fields.requiredLayer({name})"
        if self.many:
            return f"try fields.many({name}) ?? []" if self.absent else f"try fields.requiredMany({name})"
        return f"try fields.list({name})" if self.repeated else f"try fields.required({name})"


def swift_message(schema, value):
    """A message of a default as a Swift expression."""
    (d, inner), = value.ListFields()
    if d.message_type is None:
        return f".{camel(d.name)}({Field(schema, d).scalar(inner)})"
    if not d.message_type.fields:
        return f".{camel(d.name)}"
    parts = []
    for field, x in inner.ListFields():
        f = Field(schema, field)
        values = [f.swift_value(v) for v in (x if f.repeated else [x])]
        joined = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
        parts.append(f"{f.swift}: {joined}")
    return f".{camel(d.name)}({', '.join(parts)})"


def table_message(schema, value):
    parts = [schema.key(value.DESCRIPTOR)]
    for d, x in value.ListFields():
        f = Field(schema, d)
        values = [f.table_value(v) for v in (x if f.repeated else [x])]
        parts.append(f"{d.name}:{values[0]}" if len(values) == 1 else f"{d.name}:[{', '.join(values)}]")
    return "{" + " ".join(parts) + "}"
