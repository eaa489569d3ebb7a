internal import Diagnostics

extension SyntheticSignal {
  /// The names of all signals.
  public static let allNames: [String] = [
    "chirp", "constant", "ids", "impulse", "noise", "ramp", "sine", "sweep",
  ]

  /// The options that a signal takes, with their defaults; nil for an unknown name.
  public static func options(of name: String) -> [String: Double]? {
    switch name {
    case "constant": ["value": 1]
    case "ramp": ["step": 1]
    case "impulse": ["at": 0]
    case "sine": ["frequency": 0.05]
    case "chirp", "sweep": ["from": 0.005, "to": 0.25, "over": 100]
    case "noise": ["seed": 0]
    case "ids": ["count": 256, "seed": 0]
    default: nil
    }
  }

  /// Makes a signal from its name and those options that differ from their defaults.
  ///
  /// - Throws: ``DatasetError`` `.badSignal` with the nearest name, the options there are, or the
  ///   legal range of an option.
  public init(name: String, options given: [String: Double] = [:]) throws(DatasetError) {
    guard let defaults = SyntheticSignal.options(of: name) else {
      let nearest = NearestName.of(name, among: SyntheticSignal.allNames)
      let all = "there are \(SyntheticSignal.allNames.joined(separator: ", "))"
      throw DatasetError(
        .badSignal, path: name, found: "there is no such signal",
        suggestion: nearest.map { "did you mean \($0)?" } ?? all)
    }
    if let unknown = given.keys.sorted().first(where: { defaults[$0] == nil }) {
      let known = defaults.keys.sorted()
      throw DatasetError(
        .badSignal, path: name, found: "there is no option \(unknown)",
        suggestion: NearestName.of(unknown, among: known).map { "did you mean \($0)?" }
          ?? "it takes \(known.joined(separator: ", "))")
    }
    let values = defaults.merging(given) { _, new in new }
    func number(_ option: String, _ legal: ClosedRange<Double>) throws(DatasetError) -> Double {
      let value = values[option] ?? 0
      guard legal.contains(value) else {
        let range = "\(NumberText.short(legal.lowerBound)) to \(NumberText.short(legal.upperBound))"
        throw DatasetError(
          .badSignal, path: name, found: "\(option) \(NumberText.short(value))",
          expected: "\(option) from \(range)")
      }
      return value
    }
    func whole(_ option: String, _ legal: ClosedRange<Double>) throws(DatasetError) -> Int {
      let value = try number(option, legal)
      guard let whole = Int(exactly: value) else {
        throw DatasetError(
          .badSignal, path: name, found: "\(option) \(NumberText.short(value))",
          expected: "a whole number")
      }
      return whole
    }
    let any = -1e30...1e30
    let counts = 0...0x1p53
    switch name {
    case "constant": self = .constant(try number("value", any))
    case "ramp": self = .ramp(step: try number("step", any))
    case "impulse": self = .impulse(at: try whole("at", counts))
    case "sine": self = .sine(frequency: try number("frequency", 0...0.5))
    case "chirp":
      self = .chirp(
        from: try number("from", 0...0.5), to: try number("to", 0...0.5),
        over: try whole("over", 1...0x1p53))
    case "sweep":
      self = .sweep(
        from: try number("from", 1e-9...0.5), to: try number("to", 1e-9...0.5),
        over: try whole("over", 1...0x1p53))
    case "noise": self = .noise(seed: UInt64(try whole("seed", counts)))
    case "ids":
      self = .ids(count: try whole("count", 1...0x1p24), seed: UInt64(try whole("seed", counts)))
    default: preconditionFailure("Every signal with options is made here.")
    }
  }
}
