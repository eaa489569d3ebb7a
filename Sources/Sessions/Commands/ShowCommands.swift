import Datasets
import Layers
import Notation
import Runtime
import Tensors
import Weights

/// Commands that only read.
enum ShowCommands {
  static let all: [any Command] = [ShowCommand(), DiffCommand(), WhyCommand(), LogCommand()]
}

/// `show FACET[SLICE]`, `show masks|state|time|params|stack`.
struct ShowCommand: Command {
  let name = "show"
  let usage =
    "show PATH[:facet][slice] | PATH.field | masks | latency | state | time | memory | params | stack | input "
    + "| differences[row] | tokens[row, t] "
    + "[> FILE.npy [--replace]]"
  let summary =
    "Shows values, masks, state, parameters, times or the stack; changes nothing. A file that exists is "
    + "kept unless --replace is said."
  let isRecorded = false
  let takesRedirect = true
  let examples = [
    "show stack", "show masks", "show latency", "show c1:layer[0, 0:2]", "show out.features",
    "show c1:state",
    "step\nshow c1[0, -1] > last.npy", "run\nshow differences",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = line.operands.joined(separator: " ")
    switch text {
    case "", "stack": return try table(try StackListing.table(session), line, session)
    case "masks": return try table(try MaskListing.table(session), line, session)
    case "latency": return try table(try LatencyListing.table(session), line, session)
    case "state": return try table(try StateListing.table(session, ""), line, session)
    case "params": return try table(try ParameterListing.table(session, ""), line, session)
    case "time": return try table(try TimeListing.table(session), line, session)
    case "memory": return try table(try MemoryListing.table(session), line, session)
    default: break
    }
    if let place = try ListedPlace(text, session) {
      let found =
        place.isDifferences
        ? try DifferenceListing.table(session, row: place.row)
        : try DecodeListing.table(session, row: place.row, time: place.time)
      return try table(found, line, session)
    }
    var facet = try Facet(text)
    if facet.path == "input", facet.kind == .out {
      // The input has no layer's name, and there may be no stack that it could be the input of.
      guard session.document.layer != nil || session.document.input == nil else {
        return try input(facet, line, session)
      }
      (facet.path, facet.kind) = (".", .input)
    }
    switch facet.kind {
    case .field(let field):
      guard line.redirect == nil else {
        throw CommandError(.invalidOperand, found: "a field > file", expected: "an array")
      }
      return CommandOutput(try session.fieldLine(facet.path, field))
    // Without a leaf there is only something to choose from, unless there is just one.
    case .state(nil) where try session.leafNames(of: facet).count != 1 || facet.slice == nil:
      let path = try session.requireTree().1.resolve(facet.path).path
      return try table(try StateListing.table(session, path), line, session)
    case .parameter(nil) where try session.leafNames(of: facet).count != 1 || facet.slice == nil:
      let path = try session.requireTree().1.resolve(facet.path).path
      return try table(try ParameterListing.table(session, path), line, session)
    case .emit(nil) where try session.leafNames(of: facet).count > 1:
      return try table(try EmitListing.table(session, session.leafNames(of: facet)), line, session)
    default: return try values(of: facet, line, session)
    }
  }

  /// The input while there is no stack that it could be the input of.
  private func input(
    _ facet: Facet, _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    guard let whole = session.document.modelInput?.values else { return CommandOutput() }
    let values = try facet.slice.map { try whole.sliced($0) } ?? whole
    guard line.redirect == nil else { return try write(values, line, session) }
    let part = facet.slice == nil ? "" : " → \(values.shape.shapeText)"
    let title = "input \(whole.shape.shapeText) \(whole.dtype.shortName)\(part)"
    return CommandOutput([title] + TensorLines.lines(values))
  }

  private func values(
    of facet: Facet, _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    let value = try session.value(of: facet)
    let slice = value.slice
    let shown = try slice.map { try value.tensor.sliced($0) } ?? value.tensor
    guard line.redirect == nil else { return try write(shown, line, session) }
    let part = slice == nil ? "" : " → \(shown.shape.shapeText)"
    return CommandOutput([value.title + part] + TensorLines.lines(shown))
  }

  /// A table in words, or its numbers as an array.
  private func table(
    _ table: ListingTable, _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    guard line.redirect != nil else { return CommandOutput(table.lines) }
    var output = try write(table.numbers, line, session)
    output.lines.append("its columns: \(table.columns.joined(separator: ", "))")
    return output
  }

  private func write(
    _ tensor: Tensor, _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    let path = line.redirect ?? ""
    guard path.hasSuffix(".npy") else {
      throw CommandError(
        .file, found: path, expected: "a file that ends in .npy", suggestion: "> \(path).npy")
    }
    try session.writeRedirect(Npy.encoded(tensor), of: line)
    return CommandOutput("\(tensor.shape.shapeText) \(tensor.dtype.name) written to \(path)")
  }
}

/// `log`: what was done.
struct LogCommand: Command {
  let name = "log"
  let usage = "log [N]"
  let summary = "Lists the last N commands of the session (20 if not said)."
  let isRecorded = false
  let examples = ["log", "log 3"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = line.operands.isEmpty ? 20 : try line.count("a number of lines")
    let events = session.recorder?.summaries ?? []
    return CommandOutput(Array(events.suffix(count)))
  }
}
