package import Diagnostics

extension NumberText {
  /// The shortest text that reads back as exactly this value in `dtype`.
  package static func exact(_ value: Double, _ dtype: DType) -> String {
    // The largest 64-bit integers round to a double that is none.
    if dtype.isInteger, let whole = Int64(exactly: value) { return "\(whole)" }
    return dtype == .float64 || dtype == .int64 ? exact(value) : exact(Float(value))
  }
}
