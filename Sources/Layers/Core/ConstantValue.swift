public import Programs

/// A named constant while it is being traced.
public enum ConstantValue {
  /// Values with a mask.
  case sequence(SequenceValue)
  /// Bare values, batch axis first.
  case array(Value)
}
