"""Writes the cases of SequenceLayer into sequence_layers.proto, from the option layer_number of each message.

Usage: generate_cases.py DESCRIPTOR_SET_WITHOUT_CASES SEQUENCE_LAYERS_PROTO
       generate_cases.py --without-cases SEQUENCE_LAYERS_PROTO   prints the file without its cases
Run it through generate.sh. The case is named after the message: Conv1D is conv1d, OverlapAdd is overlap_add.
"""
import pathlib
import re
import sys
import textwrap

from google.protobuf import descriptor_pb2

from schema import Schema

CASES = re.compile(r"(?<=  oneof layer \{\n).*?(?=^  \}\n)", re.S | re.M)


def snake(name):
    name = re.sub(r"(\d)D", r"\1d", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()


def cases(schema):
    """The lines of the cases, in the order of their numbers."""
    layers = {}
    for key, message in schema.messages.items():
        number = schema.option(message, "layer_number")
        if not number:
            continue
        if number in layers or not 0 < number < 1000:
            free = next(n for n in range(1, 1000) if n > max(layers))
            sys.exit(f"generate.sh: {key} cannot have the layer_number {number}: "
                     f"it is taken or not below 1000; {free} is free")
        layers[number] = message
    text = ""
    for number, message in sorted(layers.items()):
        lines = textwrap.wrap(schema.docs[message.full_name], 93)
        text += "".join(f"    // {line}\n" for line in lines)
        text += f"    {message.name} {snake(message.name)} = {number};\n"
    return text


def main(source, path):
    file = pathlib.Path(path)
    text = file.read_text()
    if source == "--without-cases":
        # A oneof cannot be empty.
        print(re.sub(r"  oneof layer \{\n.*?^  \}\n", "", text, flags=re.S | re.M), end="")
        return
    schema = Schema(descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(source).read_bytes()))
    lines = cases(schema)
    file.write_text(CASES.sub(lambda _: lines, text))


main(*sys.argv[1:])
