import Tensors

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
  /// Lines that work after ``CommandTable/exampleSetup``.
  var examples: [String] { get }
  /// Whether it changes document or position, and so becomes an event of the session.
  var isRecorded: Bool { get }

  /// Carries the command out; on error nothing has changed.
  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput
}

extension Command {
  package var aliases: [String] { [] }
  package var flags: Set<String> { [] }
  package var options: Set<String> { [] }
  package var isRecorded: Bool { true }
}

/// What a command has to say.
package struct CommandOutput: Sendable {
  /// Lines for people.
  package var lines: [String]
  /// The canonical form, where it differs from what was typed.
  package var canonical: String?
  /// Whether the answer is no: a check that did not hold.
  package var isFailedCheck = false

  package init(_ lines: [String] = [], canonical: String? = nil) {
    self.lines = lines
    self.canonical = canonical
  }

  package init(_ line: String, canonical: String? = nil) { self.init([line], canonical: canonical) }
}

/// All commands.
package enum CommandTable {
  package static let all: [any Command] =
    StackCommands.all + InputCommands.all + TimeCommands.all + ShowCommands.all
    + CheckCommands.all + FileCommands.all + [HelpCommand()]

  /// What examples of help start from.
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
    let nearest = NearestName.of(name, among: all.map(\.name))
    throw CommandError(
      .unknownCommand, found: "there is no command '\(name)'",
      expected: "a command; help lists them",
      suggestion: nearest.map { "did you mean \($0)?" })
  }
}

extension CommandLine {
  /// Checks that all options are known.
  func checkOptions(of command: any Command) throws(CommandError) {
    let known = command.flags.union(command.options)
    for option in options.keys.sorted() where !known.contains(option) {
      let nearest = NearestName.of(option, among: known)
      throw CommandError(
        .unknownOption, found: "\(command.name) has no option --\(option)",
        expected: known.isEmpty
          ? "no options" : known.sorted().map { "--\($0)" }.joined(separator: " "),
        suggestion: nearest.map { "did you mean --\($0)?" })
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
