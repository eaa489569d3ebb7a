/// Words for completion, as data, so that it never waits for a running command.
package struct Vocabulary: Hashable, Sendable {
  /// A command, and what may stand behind it.
  package struct CommandWords: Hashable, Sendable {
    package var name: String
    /// Words of its own, such as `masks` of `show`.
    package var words: [String] = []
    /// With their dashes.
    package var options: [String] = []
    package var takesPath = false
    package var takesLayer = false
    package var takesFile = false
    /// What its files end in; nil where it takes any.
    package var fileEndings: [String]?

    package init(_ name: String) { self.name = name }

    /// Reads the form of a command's operands, such as `insert LAYER before|after PATH`.
    package init(
      _ name: String, usage: String, options: [String], extraWords: [String] = [],
      fileEndings: [String]? = nil
    ) {
      self.name = name
      self.fileEndings = fileEndings
      self.options = options.sorted().map { "--\($0)" }
      takesPath = usage.contains("PATH")
      takesLayer = usage.contains("LAYER")
      takesFile = usage.contains("FILE")
      words = Self.literals(usage).filter { $0 != name } + extraWords
    }

    /// The words of a usage that are typed as they stand: in lower case, and not in a bracket that
    /// hangs on another word.
    private static func literals(_ usage: String) -> [String] {
      var words: [String] = []
      var word = ""
      var before: Character = " "
      var isSkipping = false
      for character in usage + " " {
        switch character {
        case "{": isSkipping = true
        case "}": isSkipping = false
        case "[" where before != " " && before != "[": isSkipping = true
        case "]": isSkipping = false
        default: break
        }
        if " |[]".contains(character) {
          let isWord = word.allSatisfy { $0.isLowercase || $0 == "-" }
          if isWord, word.count > 1, !word.hasPrefix("-"), !words.contains(word) {
            words.append(word)
          }
          word = ""
        } else if !isSkipping {
          word.append(character)
        }
        before = character
      }
      return words
    }
  }

  package var commands: [CommandWords]
  package var layers: [String]
  /// The layers of the stack: path, and kind of layer.
  package var paths: [String: String]
  package var facets: [String]
  /// Field names of a layer, for `Conv1D(fil…`.
  package var fields: [String: [String]]
  /// What may stand behind a field, for `Conv1D(padding: .c…`, by `LAYER.field`.
  package var choices: [String: [String]]
  /// The paths of state leaves, parameters and emits, by the facet that shows them.
  package var leaves: [String: [String]]

  package init(
    commands: [CommandWords] = [], layers: [String] = [], paths: [String: String] = [:],
    facets: [String] = [], fields: [String: [String]] = [:], choices: [String: [String]] = [:],
    leaves: [String: [String]] = [:]
  ) {
    self.leaves = leaves
    self.commands = commands
    self.layers = layers
    self.paths = paths
    self.facets = facets
    self.fields = fields
    self.choices = choices
  }
}
