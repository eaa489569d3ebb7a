import Serialization

/// Cuts a script into commands: a command goes on while a bracket or quote is open.
package enum ScriptLines {
  /// What a script file says; bytes that are no text stand out as such.
  package static func text(_ bytes: [UInt8]) -> String {
    TypedText.decoded(bytes) ?? TypedText.normalized(String(decoding: bytes, as: UTF8.self))
  }

  /// The commands, comments and empty lines left out.
  package static func cut(_ text: String) -> [String] {
    var commands: [String] = []
    var open = ""
    let lines = TypedText.normalized(text).split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines {
      let joined = open.isEmpty ? String(line) : open + "\n" + line
      if CommandLine.isOpen(joined) {
        open = joined
        continue
      }
      open = ""
      if CommandLine(joined) != nil { commands.append(joined) }
    }
    if CommandLine(open) != nil { commands.append(open) }
    return commands
  }
}
