extension InputRole {
  /// The word for the role in the printed form and in errors.
  package var keyword: String {
    switch self {
    case .input: "input"
    case .constant: "constant"
    case .parameter: "parameter"
    case .variable: "variable"
    case .state: "state"
    case .seed: "seed"
    case .operand: "operand"
    }
  }
}

extension OutputRole {
  /// The word for the role in the printed form and in errors.
  package var keyword: String {
    switch self {
    case .output: "output"
    case .emit: "emit"
    case .state: "state"
    case .variable: "variable"
    case .gradient: "gradient"
    case .tap: "tap"
    case .result: "result"
    }
  }
}
