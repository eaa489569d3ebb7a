import Diagnostics

/// Reads conditions on steps.
///
///     condition  = term { and term }
///     term       = [facet] property | sum relation sum | t|row|step relation number
///     property   = nan | inf | flips | changes | unchanged
///     sum        = factor { * factor | / factor }
///     factor     = [-] number | measure [ ( facet ) ] | facet measure | facet [slice] |
///                  [facet] "|" step - layer "|" | "|" factor - factor "|" | ( sum )
///     measure    = absmax | min | max | mean | norm | rms | entropy | valid
///
/// A facet is written as in `show`. In its slice the timesteps are those that the step gives: `[0, -1, 3]` is
/// channel 3 of row 0 at the newest one. Without a facet every layer is looked at.
struct ConditionParser {
  private let text: String
  private let tokens: [ConditionToken]
  private var next = 0

  private typealias Condition = StepCondition

  init(_ text: String) throws(CommandError) {
    self.text = text
    tokens = try ConditionToken.cut(text)
  }

  /// Reads the whole text as a condition.
  ///
  /// - Throws: ``CommandError`` `.syntax` with the place and the nearest words.
  static func condition(_ text: String) throws(CommandError) -> StepCondition {
    var parser = try ConditionParser(text)
    let result = try parser.condition()
    try parser.finish()
    return result
  }

  /// Reads the whole text as something that may change.
  static func watch(_ text: String) throws(CommandError) -> StepWatch {
    var parser = try ConditionParser(text)
    if case .word("verdict") = parser.peek.kind {
      let place = parser.peek.place
      parser.next += 1
      var path = "."
      if case .word(let word) = parser.peek.kind {
        path = word
        parser.next += 1
      }
      try parser.finish()
      return .verdict(path, place: place)
    }
    if case .word(let word) = parser.peek.kind, parser.tokens.count == 2,
      !Condition.Property.allCases.contains(where: { $0.rawValue == word }),
      !Condition.Measure.allCases.contains(where: { $0.rawValue == word })
    {
      return .array(try Facet(word), place: parser.peek.place)
    }
    let start = parser.next
    if !parser.hasCondition {
      let sum = try parser.sum()
      if case .end = parser.peek.kind { return .number(sum) }
      parser.next = start
    }
    return .condition(try condition(text))
  }

  /// Whether a relation or a property stands anywhere.
  private var hasCondition: Bool {
    tokens.contains { token in
      switch token.kind {
      case .symbol(let symbol): Condition.Relation(rawValue: symbol) != nil
      case .word(let word): Condition.Property(rawValue: word) != nil
      case .number, .end: false
      }
    }
  }

  private var peek: ConditionToken { tokens[next] }

  private func finish() throws(CommandError) {
    guard case .end = peek.kind else { throw unexpected("the end, or and with another condition") }
  }

  private func unexpected(_ expected: String) -> CommandError {
    CommandError(
      .syntax, found: "\(peek.text) at character \(peek.place) of '\(text)'", expected: expected)
  }

  private mutating func take(_ symbol: String) -> Bool {
    guard peek.kind == .symbol(symbol) else { return false }
    next += 1
    return true
  }

  private mutating func require(_ symbol: String) throws(CommandError) {
    guard take(symbol) else { throw unexpected("'\(symbol)'") }
  }

  // MARK: - Conditions

  private mutating func condition() throws(CommandError) -> StepCondition {
    var terms = [try term()]
    while case .word("and") = peek.kind {
      next += 1
      terms.append(try term())
    }
    return StepCondition(terms: terms, text: text)
  }

  private mutating func term() throws(CommandError) -> Condition.Term {
    let place = peek.place
    if let variable = variable(), let relation = relation(at: next + 1) {
      next += 2
      return .filter(variable, relation, try number())
    }
    if let (property, subject) = try property() {
      return .property(property, subject, place: place)
    }
    let left = try sum()
    guard let relation = relation(at: next) else {
      throw unexpected("a relation such as > or a property: nan, inf, flips, changes, unchanged")
    }
    next += 1
    return .comparison(left, relation, try sum(), place: place)
  }

  private func variable() -> Condition.Variable? {
    guard case .word(let word) = peek.kind else { return nil }
    return Condition.Variable(rawValue: word)
  }

  private func relation(at index: Int) -> Condition.Relation? {
    guard tokens.indices.contains(index), case .symbol(let symbol) = tokens[index].kind else {
      return nil
    }
    return Condition.Relation(rawValue: symbol)
  }

  private mutating func number() throws(CommandError) -> Double {
    let isNegative = take("-")
    guard case .number(let value) = peek.kind else { throw unexpected("a number") }
    next += 1
    return isNegative ? -value : value
  }

  private mutating func property() throws(CommandError) -> (Condition.Property, Condition.Subject)?
  {
    guard case .word(let first) = peek.kind else { return nil }
    if let property = Condition.Property(rawValue: first) {
      next += 1
      return (property, .anyLayer)
    }
    guard case .word(let second) = tokens[next + 1].kind,
      let property = Condition.Property(rawValue: second)
    else { return nil }
    let place = peek.place
    next += 2
    return (property, .facet(try facet(first, place), place: place))
  }

  // MARK: - Numbers

  private mutating func sum() throws(CommandError) -> Condition.Expression {
    var result = try factor()
    while true {
      if take("*") {
        result = .product(result, try factor())
      } else if take("/") {
        result = .quotient(result, try factor())
      } else {
        return result
      }
    }
  }

  private mutating func factor() throws(CommandError) -> Condition.Expression {
    if take("(") {
      let inside = try sum()
      try require(")")
      return inside
    }
    if peek.kind == .symbol("|") { return try bars(of: .anyLayer) }
    guard case .word(let word) = peek.kind else {
      return .number(try number())
    }
    let place = peek.place
    next += 1
    if let measure = Condition.Measure(rawValue: word) {
      guard take("(") else { return .measure(measure, .anyLayer) }
      guard case .word(let name) = peek.kind else { throw unexpected("a path or facet") }
      let inner = peek.place
      next += 1
      try require(")")
      return .measure(measure, .facet(try facet(name, inner), place: inner))
    }
    let facet = try facet(word, place)
    if peek.kind == .symbol("|"), isDifference(at: next) {
      return try bars(of: .facet(facet, place: place))
    }
    if case .word(let name) = peek.kind, let measure = Condition.Measure(rawValue: name) {
      next += 1
      return .measure(measure, .facet(facet, place: place))
    }
    guard facet.slice != nil else {
      guard case .word(let name) = peek.kind, name != "and" else {
        throw unexpected(
          "a measure of \(word), such as absmax, or one element of it, such as \(word)[0, -1, 3]")
      }
      throw unknown(name)
    }
    return .element(facet, place: place)
  }

  private func unknown(_ name: String) -> CommandError {
    let words =
      Condition.Measure.allCases.map(\.rawValue) + Condition.Property.allCases.map(\.rawValue)
    return CommandError(
      .syntax, found: "'\(name)' at character \(peek.place) of '\(text)'",
      expected: words.joined(separator: ", "),
      suggestion: NearestName.of(name, among: words).map { "did you mean \($0)?" })
  }

  private func isDifference(at index: Int) -> Bool {
    tokens[index...].prefix(5).map(\.kind)
      == [.symbol("|"), .word("step"), .symbol("-"), .word("layer"), .symbol("|")]
  }

  private mutating func bars(of subject: Condition.Subject) throws(CommandError)
    -> Condition.Expression
  {
    if isDifference(at: next) {
      next += 5
      return .difference(subject)
    }
    try require("|")
    let left = try sum()
    var right = Condition.Expression.number(0)
    if take("-") { right = try sum() }
    try require("|")
    return .distance(left, right)
  }

  private func facet(_ word: String, _ place: Int) throws(CommandError) -> Facet {
    do throws(CommandError) { return try Facet(word) } catch {
      var error = error
      error.found += " at character \(place) of '\(text)'"
      throw error
    }
  }
}
