/// Cuts a script into commands: a command goes on while a bracket or quote is open.
package enum ScriptLines {
  /// The commands, comments and empty lines left out.
  package static func cut(_ text: String) -> [String] {
    var commands: [String] = []
    var open = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
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
