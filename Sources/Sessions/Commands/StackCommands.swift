import Layers
import Notation

/// Commands that change the stack.
enum StackCommands {
  static let all: [any Command] = [
    StackCommand(), AddCommand(), InsertCommand(), RemoveCommand(), ReplaceCommand(), SetCommand(),
    WrapCommand(), EditCommand(), UndoCommand(), RedoCommand(), BranchCommand(), RowCommand(),
  ]
}

/// `stack LAYER`: a new stack.
struct StackCommand: Command {
  let name = "stack"
  let usage = "stack LAYER | @FILE | { text format }"
  let summary = "Replaces the whole stack."
  let examples = ["stack Serial([Dense(features: 3), Relu()])"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (spec, notes) = try session.readLayer(line.rest)
    return try session.setStack(spec, notes)
  }
}

/// `insert LAYER before|after PATH`.
struct InsertCommand: Command {
  let name = "insert"
  let usage = "insert LAYER before|after PATH"
  let summary = "Inserts a layer beside another."
  let examples = ["insert Tanh() after c1", "insert Relu() before out"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard let (text, side, place) = line.cut(before: ["before", "after"]) else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (layer, tree) = try session.requireTree()
    let (spec, notes) = try session.readLayer(text)
    let target = try tree.resolve(place)
    guard let last = target.index.last else {
      throw CommandError(
        .invalidOperand, found: "the root has no neighbours", expected: "a layer inside it",
        suggestion: "add \(text)")
    }
    let index = target.index.dropLast() + [side == "before" ? last : last + 1]
    let edit = try StackEdit.insert(try session.spec(of: layer), tree, at: Array(index), spec)
    session.context.canonical =
      "insert \(session.notation.swift(spec, width: .max)) \(side) \(place)"
    return CommandOutput(
      notes + (try session.apply(edit, as: "insert \(session.shortText(spec))")))
  }
}

/// `remove PATH`.
struct RemoveCommand: Command {
  let name = "remove"
  let usage = "remove PATH"
  let summary = "Removes a layer."
  let examples = ["remove out"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (layer, tree) = try session.requireTree()
    let target = try tree.resolve(line.single("a path"))
    guard !target.index.isEmpty else {
      throw CommandError(
        .invalidOperand, found: "the root", expected: "a layer inside it",
        suggestion: "stack LAYER replaces the whole stack")
    }
    let edit = try StackEdit.remove(try session.spec(of: layer), tree, at: target.index)
    return CommandOutput(try session.apply(edit, as: "remove \(target.path)"))
  }
}

/// `replace PATH LAYER`.
struct ReplaceCommand: Command {
  let name = "replace"
  let usage = "replace PATH LAYER"
  let summary = "Puts another layer in the place of one."
  let examples = ["replace out Dense(features: 5)"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard line.operands.count >= 2 else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (layer, tree) = try session.requireTree()
    let target = try tree.resolve(line.operands[0])
    let (spec, notes) = try session.readLayer(line.behindFirst)
    let edit = try StackEdit.replace(try session.spec(of: layer), tree, target.index, with: spec)
    session.context.canonical =
      "replace \(line.operands[0]) \(session.notation.swift(spec, width: .max))"
    return CommandOutput(notes + (try session.apply(edit, as: "replace \(target.path.shown)")))
  }
}

/// `set PATH.field VALUE`.
struct SetCommand: Command {
  let name = "set"
  let usage = WhatIf.usage
  let summary =
    "Sets a field of a layer's config; or, on a branch, elements of a state at a step, of the input, its mask, "
    + "a parameter or a constant."
  let examples = [
    "set c1.kernelSize 5", "set c1.padding .reverseCausal",
    "step 3\nset c1:state.buffer[0, 1, 2] 0",
    "set c1:state.buffer 0 at 2 on trial\nrun\ndiff main trial", "set input[0, 3, 1] nan",
    "set input:mask[1, 5:8] 0", "set out:param.kernel[0, 1] 2",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    if let change = try WhatIf(line) { return try change.perform(session) }
    guard line.operands.count >= 2, case .field(let field) = try Facet(line.operands[0]).kind else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (layer, tree) = try session.requireTree()
    let target = try tree.resolve(Facet(line.operands[0]).path)
    let node = try session.spec(of: target.layer)
    let changed = try session.setting(field, of: node, to: line.behindFirst)
    let edit = try StackEdit.set(
      try session.spec(of: layer), tree, target.index, changed.name, changed.values)
    return CommandOutput(try session.apply(edit, as: "set \(line.operands[0])"))
  }
}

/// `wrap PATH Serial|Residual|Repeat`.
struct WrapCommand: Command {
  let name = "wrap"
  let usage = "wrap PATH Serial|Residual|Parallel"
  let summary = "Puts a layer inside a combinator."
  let examples = ["wrap c1 Serial"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard line.operands.count == 2 else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (layer, tree) = try session.requireTree()
    let target = try tree.resolve(line.operands[0])
    let (message, field): (String, String)
    switch line.operands[1] {
    case "Serial": (message, field) = ("Serial", "serial")
    case "Residual": (message, field) = ("Residual", "residual")
    case "Parallel": (message, field) = ("Parallel", "parallel")
    default:
      throw CommandError(
        .invalidOperand, found: line.operands[1], expected: "Serial, Residual or Parallel")
    }
    let edit = try StackEdit.wrap(try session.spec(of: layer), tree, target.index) {
      StackEdit.combinator(message, field, [$0])
    }
    return CommandOutput(try session.apply(edit, as: "wrap \(target.path.shown)"))
  }
}

/// `edit [PATH]`: the stack, or one layer, as a line to change.
struct EditCommand: Command {
  let name = "edit"
  let usage = "edit [PATH]"
  let summary =
    "Puts the stack, or the layer at PATH, into the line editor as the command that would make it."
  let isRecorded = false
  let examples = ["edit", "edit c1"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (_, tree) = try session.requireTree()
    let node = try tree.resolve(line.operands.isEmpty ? "." : line.single("a path"))
    let text = session.notation.swift(try session.spec(of: node.layer), width: .max)
    let command = node.index.isEmpty ? "stack \(text)" : "replace \(node.path) \(text)"
    var output = CommandOutput(command)
    output.prefill = command
    return output
  }
}

/// `undo`: back to the document before the last change.
struct UndoCommand: Command {
  let name = "undo"
  let aliases = ["u"]
  let usage = "undo"
  let summary = "Takes back the last change of the document; the position stays."
  let examples = ["set c1.kernelSize 5\nundo"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    return CommandOutput(["undone: \(try session.travel(back: true))"] + session.placeLines)
  }
}

/// `redo`: forth again.
struct RedoCommand: Command {
  let name = "redo"
  let aliases = ["U"]
  let usage = "redo"
  let summary = "Makes the change that was undone again."
  let examples = ["set c1.kernelSize 5\nundo\nredo"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    return CommandOutput(["redone: \(try session.travel(back: false))"] + session.placeLines)
  }
}
