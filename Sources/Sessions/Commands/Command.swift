import Diagnostics
import Execution
import Serialization

/// A command of the REPL: its words, its help and what it does.
///
/// Everything that lists commands (help, completion, palettes, tests of examples) reads
/// ``CommandTable``.
package protocol Command: Sendable {
  /// The name as typed.
  var name: String { get }
  /// Short names.
  var aliases: [String] { get }
  /// The form of its operands, such as `step [N]`.
  var usage: String { get }
  /// What it does, in one sentence.
  var summary: String { get }
  /// Options without value.
  var flags: Set<String> { get }
  /// Options with a value.
  var options: Set<String> { get }
  /// What works after ``CommandTable/exampleSetup``, each a line or several.
  var examples: [String] { get }
  /// Whether it changes document or position, and so becomes an event of the session.
  var isRecorded: Bool { get }
  /// Whether it does nothing but change the position.
  var isOnlyMove: Bool { get }
  /// Whether its answer can be written to a file with `> FILE`.
  var takesRedirect: Bool { get }

  /// Whether its operands are a condition, in which `>` is a relation.
  var readsCondition: Bool { get }

  /// Carries the command out; on error nothing has changed.
  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput
}

extension Command {
  package var aliases: [String] { [] }
  package var flags: Set<String> { [] }
  package var options: Set<String> { [] }
  package var isRecorded: Bool { true }
  package var isOnlyMove: Bool { false }
  package var takesRedirect: Bool { false }
  package var readsCondition: Bool { false }

  /// The options without value, that of `> FILE` among them.
  package var allFlags: Set<String> { takesRedirect ? flags.union(["replace"]) : flags }
}

/// What a command has to say.
package struct CommandOutput: Sendable {
  /// Lines for people.
  package var lines: [String]
  /// The answer of a check.
  package var holds: Bool?
  /// Whether it has turned out that nothing was done, so that there is no event.
  package var isUnrecorded = false
  /// A line for the user to go on with.
  package var prefill: String?
  /// What is not for the session to do.
  package var effect: Effect?

  /// What changes which session there is.
  package enum Effect: Hashable, Sendable {
    /// Open a file, or with `-` the session that was open before.
    case open(String)
    /// Open the present file once more, which may read these files too.
    case reopen(trusting: [String])
    /// Leave.
    case quit
  }

  package init(_ lines: [String] = []) { self.lines = lines }

  package init(_ line: String) { self.init([line]) }
}

/// All commands.
package enum CommandTable {
  package static let all: [any Command] =
    StackCommands.all + InputCommands.all + TimeCommands.all + ShowCommands.all
    + CheckCommands.all + FileCommands.all + [HelpCommand(), QuitCommand()]

  /// What examples of help start from.
  ///
  /// They may read `rows.npy` and `mask.npy` of `[2, 12, 3]`,
  /// `reference.npy` of the stack's output, `weights.safetensors` of the stack, `voice.wav`, `model.onnx`,
  /// `names.txt`, `stack.textproto` and `run.session`.
  package static let exampleSetup: [String] = [
    "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c1\"), Relu(), "
      + "Dense(features: 2, name: \"out\")])",
    "input sine --channels 3 --time 12 --rows 2",
  ]

  /// The command of that name or alias.
  ///
  /// - Throws: ``CommandError`` `.unknownCommand` with the nearest name.
  package static func find(_ name: String) throws(CommandError) -> any Command {
    if let command = all.first(where: { $0.name == name || $0.aliases.contains(name) }) {
      return command
    }
    guard !name.contains("=") else {
      throw CommandError(
        .unknownCommand, found: "'\(name)'",
        expected: "a command: there are no variables and no arithmetic")
    }
    let nearest = NearestName.of(name, among: all.map(\.name))
    throw CommandError(
      .unknownCommand, found: "there is no command '\(name)'",
      expected: "a command; help lists them",
      suggestion: nearest.map { "did you mean \($0)?" })
  }
}

extension Session {
  /// Writes the file behind `>`; one that exists stays as it is unless the line says `--replace`.
  func writeRedirect(_ bytes: [UInt8], of line: CommandLine) throws {
    let path = line.redirect ?? ""
    let isReplacing = line.options["replace"] != nil
    do {
      try AtomicFile.write(
        bytes, to: files.resolved(path), existing: isReplacing ? .replaced : .kept,
        isStopped: { cancel.isRaised })
    } catch let error as FileError where error.code == .exists {
      throw CommandError(
        .file, found: "\(path) exists", expected: "a new file",
        suggestion: "\(line.name) \(line.rest) --replace")
    }
  }
}

extension CommandLine {
  /// Checks that all options are known and have their values.
  func check(for command: any Command) throws(CommandError) {
    let known = command.allFlags.union(command.options)
    for option in options.keys.sorted() {
      guard known.contains(option) else {
        let nearest = NearestName.of(option, among: known)
        throw CommandError(
          .unknownOption, found: "\(command.name) has no option --\(option)",
          expected: known.isEmpty
            ? "no options" : known.sorted().map { "--\($0)" }.joined(separator: " "),
          suggestion: nearest.map { "did you mean --\($0)?" })
      }
      guard command.allFlags.contains(option) || options[option] != "" || option == "channels"
      else {
        throw CommandError(
          .invalidOperand, found: "--\(option) without a value", expected: command.usage)
      }
    }
    guard redirect == nil || command.readsCondition || (command.takesRedirect && redirect != "")
    else {
      throw CommandError(
        .syntax, found: redirect == "" ? "> without a file" : "> \(redirect ?? "")",
        expected: command.takesRedirect
          ? "a file behind >" : "no file: \(command.name) writes none",
        suggestion: "show and convert write files")
    }
  }

  /// Refuses operands.
  func none() throws(CommandError) {
    guard operands.isEmpty else {
      throw CommandError(
        .invalidOperand, found: operands.joined(separator: " "), expected: "\(name) alone")
    }
  }

  /// The only operand.
  func single(_ what: String) throws(CommandError) -> String {
    guard operands.count == 1 else {
      throw CommandError(
        .invalidOperand, found: "\(operands.count) operands", expected: "one: \(what)")
    }
    return operands[0]
  }

  /// A whole number option.
  func integer(_ option: String, atLeast least: Int = 0) throws(CommandError) -> Int? {
    guard let text = options[option] else { return nil }
    guard let value = Int(text), value >= least else {
      throw CommandError(
        .invalidOperand, found: "--\(option) \(text)", expected: "a whole number from \(least)")
    }
    return value
  }

  /// A number option.
  func number(_ option: String) throws(CommandError) -> Double? {
    guard let text = options[option] else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw CommandError(.invalidOperand, found: "--\(option) \(text)", expected: "a number")
    }
    return value
  }
}
