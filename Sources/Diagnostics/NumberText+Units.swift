extension NumberText {
  /// A fixed number of decimals.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (abs(value) * scale).rounded()
    guard rounded < 1e15 else { return short(value) }
    let whole = Int(rounded / scale)
    let digits = String(Int(rounded - Double(whole) * scale))
    let sign = value < 0 && rounded > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
  }

  /// A number of things, such as `1 event` or `3 events`.
  package static func counted(_ count: Int, _ thing: String) -> String {
    "\(grouped(count)) \(thing)\(count == 1 ? "" : "s")"
  }

  /// A size in bytes, such as `13.7 kB`.
  package static func bytes(_ count: Int) -> String {
    if count < 1000 { return "\(count) B" }
    if count < 1_000_000 { return fixed(Double(count) / 1000, decimals: 1) + " kB" }
    if count < 1_000_000_000 { return fixed(Double(count) / 1_000_000, decimals: 1) + " MB" }
    return fixed(Double(count) / 1_000_000_000, decimals: 1) + " GB"
  }
}
