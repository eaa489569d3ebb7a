import Diagnostics

/// Curves over time as SVG, distinguished by dashes as well as by colours.
struct LinePlot {
  struct Curve {
    let name: String
    let points: [(x: Double, y: Double)]
  }

  let title: String
  let curves: [Curve]

  private static let size = (width: 640.0, height: 180.0)
  private static let margin = (left: 80.0, top: 24.0, right: 10.0, bottom: 26.0)
  private static let colours = ["#0060a8", "#c04000", "#207020", "#803090"]
  private static let dashes = ["", "6 3", "2 2", "8 2 2 2"]

  var svg: String {
    let all = curves.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let (left, right) = Self.bounds(all.map(\.x))
    let (low, high) = Self.bounds(all.map(\.y))
    let inner = (
      width: Self.size.width - Self.margin.left - Self.margin.right,
      height: Self.size.height - Self.margin.top - Self.margin.bottom
    )
    func place(_ point: (x: Double, y: Double)) -> String {
      let x = Self.margin.left + (point.x - left) / (right - left) * inner.width
      let y = Self.margin.top + (high - point.y) / (high - low) * inner.height
      return "\(Self.rounded(x)),\(Self.rounded(y))"
    }
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.size.width)) "
        + "\(Int(Self.size.height))\" width=\"\(Int(Self.size.width))\" font-family=\"sans-serif\" "
        + "font-size=\"11\" role=\"img\">",
      "<title>\(MarkupText.escaped(title))</title>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      Self.text(title, x: Self.margin.left, y: 14, anchor: "start"),
      "<rect x=\"\(Self.margin.left)\" y=\"\(Self.margin.top)\" width=\"\(inner.width)\" "
        + "height=\"\(inner.height)\" fill=\"none\" stroke=\"#808080\"/>",
      Self.text(
        NumberText.short(high, digits: 3), x: Self.margin.left - 4, y: Self.margin.top + 8,
        anchor: "end"),
      Self.text(
        NumberText.short(low, digits: 3), x: Self.margin.left - 4,
        y: Self.margin.top + inner.height, anchor: "end"),
      Self.text(
        "t " + NumberText.short(left, digits: 8), x: Self.margin.left, y: Self.size.height - 10,
        anchor: "start"),
      Self.text(
        "t " + NumberText.short(right, digits: 8), x: Self.size.width - Self.margin.right,
        y: Self.size.height - 10, anchor: "end"),
    ]
    for (index, curve) in curves.enumerated() {
      let style = index % Self.colours.count
      let finite = curve.points.filter { $0.x.isFinite && $0.y.isFinite }
      parts.append(
        "<polyline fill=\"none\" stroke=\"\(Self.colours[style])\" stroke-width=\"1.3\" "
          + "stroke-dasharray=\"\(Self.dashes[style])\" "
          + "points=\"\(finite.map(place).joined(separator: " "))\"/>")
      parts.append(
        Self.text(
          curve.name, x: Self.size.width - Self.margin.right,
          y: Self.margin.top + 12
            + Double(index) * 12, anchor: "end", colour: Self.colours[style]))
    }
    return (parts + ["</svg>"]).joined(separator: "\n")
  }

  private static func text(
    _ text: String, x: Double, y: Double, anchor: String, colour: String = "#202020"
  ) -> String {
    "<text x=\"\(rounded(x))\" y=\"\(rounded(y))\" text-anchor=\"\(anchor)\" fill=\"\(colour)\">"
      + "\(MarkupText.escaped(text))</text>"
  }

  /// The least and the greatest, which are never the same.
  private static func bounds(_ numbers: [Double]) -> (Double, Double) {
    let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
    return low < high ? (low, high) : (low - 0.5, low + 0.5)
  }

  private static func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
}
