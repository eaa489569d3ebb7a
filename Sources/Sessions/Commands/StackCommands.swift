import Layers
import Notation
import Tensors

/// Commands that change the stack.
enum StackCommands {
  static let all: [any Command] = [
    StackCommand(), AddCommand(), InsertCommand(), RemoveCommand(), ReplaceCommand(), SetCommand(),
    WrapCommand(), UndoCommand(), RedoCommand(),
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
    var document = session.document
    document.layer = try session.notation.registry.makeLayer(spec)
    document.parameters = [:]
    document.faults = []
    try session.commit(document, as: "stack", restart: true)
    let canonical = "stack " + session.notation.swift(spec, width: .max)
    return CommandOutput(notes + session.stackSummary, canonical: canonical)
  }
}

/// `add LAYER [to PATH]`: one more layer at the end of a list.
struct AddCommand: Command {
  let name = "add"
  let usage = "add LAYER [to PATH]"
  let summary = "Adds a layer at the end of the stack, or of the combinator at PATH."
  let examples = ["add LSTM(units: 4)", "add Tanh() to ."]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let parts = line.operands
    let hasPlace = parts.count >= 3 && parts[parts.count - 2] == "to"
    let (text, place) = hasPlace ? session.split(line.rest, at: "to") : (line.rest, ".")
    guard let layer = session.document.layer else {
      return try StackCommand().perform(CommandLineText.make("stack \(text)"), session)
    }
    let (spec, notes) = try session.readLayer(text)
    let tree = LayerTree(layer)
    var target = try tree.resolve(session.expand(place))
    var root = try SpecNode(layer: layer)
    var working = tree
    var moved: ([Int]) -> [Int]? = { $0 }
    if target.layer.children.isEmpty
      || !(target.layer is Serial || target.layer is Parallel
        || target.layer is Residual)
    {
      guard target.index.isEmpty else {
        throw CommandError(
          .invalidOperand, found: "\(target.path) is a \(target.typeName)",
          expected: "a Serial, Parallel or Residual to add to",
          suggestion: "wrap \(target.path) Serial")
      }
      let wrapped = try StackEdit.wrap(root, tree, [], in: { StackEdit.serial([$0]) })
      (root, moved) = (wrapped.spec, wrapped.moved)
      working = LayerTree(try session.notation.registry.makeLayer(root))
      target = working.nodes[0]
    }
    let edit = try StackEdit.insert(
      root, working, at: target.index + [target.layer.children.count], spec)
    let log = try session.apply(
      StackEdit(spec: edit.spec) { old in moved(old).flatMap(edit.moved) }, as: "add")
    return CommandOutput(notes + log)
  }
}

/// `insert LAYER before|after PATH`.
struct InsertCommand: Command {
  let name = "insert"
  let usage = "insert LAYER before|after PATH"
  let summary = "Inserts a layer beside another."
  let examples = ["insert Tanh() after c1", "insert Relu() before out"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let words = line.operands
    guard words.count >= 3, ["before", "after"].contains(words[words.count - 2]) else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let side = words[words.count - 2]
    let (text, place) = session.split(line.rest, at: side)
    let (layer, tree) = try session.requireTree()
    let (spec, notes) = try session.readLayer(text)
    let target = try tree.resolve(session.expand(place))
    guard let last = target.index.last else {
      throw CommandError(
        .invalidOperand, found: "the root has no neighbours", expected: "a layer inside it",
        suggestion: "add \(text)")
    }
    let index = target.index.dropLast() + [side == "before" ? last : last + 1]
    let edit = try StackEdit.insert(try SpecNode(layer: layer), tree, at: Array(index), spec)
    return CommandOutput(notes + (try session.apply(edit, as: "insert \(session.shortName(spec))")))
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
    let target = try tree.resolve(session.expand(try line.single("a path")))
    guard !target.index.isEmpty else {
      throw CommandError(
        .invalidOperand, found: "the root", expected: "a layer inside it",
        suggestion: "stack LAYER replaces the whole stack")
    }
    let edit = try StackEdit.remove(try SpecNode(layer: layer), tree, at: target.index)
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
    let target = try tree.resolve(session.expand(line.operands[0]))
    let text = String(line.rest.dropFirst(line.operands[0].count))
    let (spec, notes) = try session.readLayer(text)
    let edit = try StackEdit.replace(try SpecNode(layer: layer), tree, target.index, with: spec)
    return CommandOutput(notes + (try session.apply(edit, as: "replace \(target.path)")))
  }
}

/// `set PATH.field VALUE`.
struct SetCommand: Command {
  let name = "set"
  let usage = "set PATH.field VALUE"
  let summary = "Sets a field of a layer's config."
  let examples = ["set c1.kernelSize 5", "set c1.padding .reverseCausal"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard line.operands.count >= 2, case .field(let field) = try Facet(line.operands[0]).kind else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (layer, tree) = try session.requireTree()
    let target = try tree.resolve(session.expand(try Facet(line.operands[0]).path))
    let text = line.rest.dropFirst(line.operands[0].count).drop { $0.isWhitespace }
    let node = try SpecNode(layer: target.layer)
    let changed = try session.setting(field, of: node, to: String(text))
    let edit = try StackEdit.set(
      try SpecNode(layer: layer), tree, target.index, changed.name, changed.values)
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
    let target = try tree.resolve(session.expand(line.operands[0]))
    let (message, field): (String, String)
    switch line.operands[1] {
    case "Serial": (message, field) = ("Serial", "serial")
    case "Residual": (message, field) = ("Residual", "residual")
    case "Parallel": (message, field) = ("Parallel", "parallel")
    default:
      throw CommandError(
        .invalidOperand, found: line.operands[1], expected: "Serial, Residual or Parallel")
    }
    let edit = try StackEdit.wrap(try SpecNode(layer: layer), tree, target.index) {
      StackEdit.combinator(message, field, [$0])
    }
    return CommandOutput(try session.apply(edit, as: "wrap \(target.path)"))
  }
}

/// `undo`: back to the document before the last change.
struct UndoCommand: Command {
  let name = "undo"
  let aliases = ["u"]
  let usage = "undo"
  let summary = "Takes back the last change of the document; the position stays."
  let examples = ["undo"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    CommandOutput("undone: \(try session.travel(back: true))")
  }
}

/// `redo`: forth again.
struct RedoCommand: Command {
  let name = "redo"
  let aliases = ["U"]
  let usage = "redo"
  let summary = "Makes the change that was undone again."
  let examples: [String] = []

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    CommandOutput("redone: \(try session.travel(back: false))")
  }
}

extension StackEdit {
  /// A combinator around layers.
  static func combinator(_ message: String, _ field: String, _ layers: [SpecNode]) -> SpecNode {
    let node = SpecNode(message, [SpecField("layers", layers.map { .node($0) })])
    return SpecNode(SpecNode.rootMessage, [SpecField(field, [.node(node)])])
  }

  static func serial(_ layers: [SpecNode]) -> SpecNode { combinator("Serial", "serial", layers) }
}

/// A line made by another command.
enum CommandLineText {
  static func make(_ text: String) throws(CommandError) -> CommandLine {
    guard let line = CommandLine(text) else {
      throw CommandError(.syntax, found: "an empty line", expected: "a command")
    }
    return line
  }
}
