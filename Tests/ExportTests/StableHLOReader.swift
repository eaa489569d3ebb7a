/// Reads the names of StableHLO text: each value is defined once, before it is used.
enum StableHLOReader {
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  static func checkModule(_ text: String) throws {
    var known: Set<Substring> = []
    for match in text.matches(of: /%[av]\d+/) {
      let name = match.output
      let rest = text[match.range.upperBound...]
      // A definition stands before " =" or, with a count of results, ":N ="; arguments before ": tensor".
      let isDefinition =
        rest.prefixMatch(of: #/(:\d+)? = /#) != nil || rest.prefixMatch(of: #/: tensor/#) != nil
      if isDefinition {
        guard known.insert(name).inserted else {
          throw Problem(description: "\(name) is defined twice")
        }
      } else if !known.contains(name) {
        throw Problem(description: "\(name) is used before it is defined")
      }
    }
    guard text.count(where: { $0 == "{" }) == text.count(where: { $0 == "}" }) else {
      throw Problem(description: "a bracket is open")
    }
  }
}
