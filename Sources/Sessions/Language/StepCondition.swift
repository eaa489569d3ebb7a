/// Something that may hold after a step, as it was typed: comparisons and properties, all of which must hold.
package struct StepCondition: Hashable, Sendable {
  var terms: [Term]
  /// The condition in the form in which it is shown and recorded.
  package var text: String

  /// One part of a conjunction.
  enum Term: Hashable, Sendable {
    /// A property of an array.
    case property(Property, Subject, place: Int)
    case comparison(Expression, Relation, Expression, place: Int)
    /// Which rows, timesteps and steps are looked at.
    case filter(Variable, Relation, Double)
  }

  enum Property: String, CaseIterable, Hashable, Sendable {
    /// A NaN, or an infinity, at a valid timestep.
    case nan, inf
    /// A mask that is not the same at two timesteps in succession.
    case flips
    /// An array with other bits than a step before, or with the same.
    case changes, unchanged
  }

  /// Numbers made of an array.
  enum Measure: String, CaseIterable, Hashable, Sendable {
    case absmax, min, max, mean, norm, rms
    /// Of the softmax over the last axis, in nats: the least of all timesteps.
    case entropy
    /// How many timesteps are valid.
    case valid
  }

  /// The place of what is looked at.
  enum Variable: String, CaseIterable, Hashable, Sendable {
    case t, row, step
  }

  enum Relation: String, CaseIterable, Hashable, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="

    /// Comparisons with NaN never hold, but that it differs.
    func holds(_ a: Double, _ b: Double) -> Bool {
      switch self {
      case .less: a < b
      case .lessOrEqual: a <= b
      case .greater: a > b
      case .greaterOrEqual: a >= b
      case .equal: a == b
      case .notEqual: a != b
      }
    }

    /// The relation that holds with both sides exchanged.
    var mirrored: Relation {
      switch self {
      case .less: .greater
      case .lessOrEqual: .greaterOrEqual
      case .greater: .less
      case .greaterOrEqual: .lessOrEqual
      case .equal, .notEqual: self
      }
    }
  }

  /// What an array is taken of.
  enum Subject: Hashable, Sendable {
    /// Every layer, one after another.
    case anyLayer
    case facet(Facet, place: Int)
  }

  indirect enum Expression: Hashable, Sendable {
    case number(Double)
    case measure(Measure, Subject)
    /// One element of an array.
    case element(Facet, place: Int)
    /// The largest difference of steps and layer-wise run.
    case difference(Subject)
    /// The magnitude of the difference of two expressions.
    case distance(Expression, Expression)
    case product(Expression, Expression)
    case quotient(Expression, Expression)
  }
}

/// Something whose change can be looked for: a condition, a number, an array or a verdict.
enum StepWatch: Hashable, Sendable {
  case condition(StepCondition)
  case number(StepCondition.Expression)
  case array(Facet, place: Int)
  case verdict(String, place: Int)
}
