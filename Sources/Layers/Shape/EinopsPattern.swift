import Programs
import Tensors

/// A rearrangement such as `(h d) c -> h c d`: axes by name, in parentheses several as one, `...` for
/// all axes that are not named, and `1` or `()` for an axis of extent 1.
struct EinopsPattern {
  /// One axis of a tensor: the names it is made of, outermost first.
  private enum Group: Equatable {
    case axes([String])
    case ellipsis
  }

  private var left: [Group]
  private var right: [Group]

  /// What a rearrangement of a shape does: split axes, reorder them, merge them.
  struct Plan {
    var split: Shape
    var order: [Int]
    var merged: Shape

    func apply(_ x: Value, keeping leading: Shape) -> Value {
      let axes = Array(leading.indices) + order.map { $0 + leading.count }
      return x.reshaped(leading + split).transposed(axes).reshaped(leading + merged)
    }
  }

  /// A pattern that cannot be read or does not fit.
  struct PatternError: Error {
    var found: String
    var expected: String
  }

  init(_ pattern: String) throws(PatternError) {
    let sides = pattern.split(separator: "->", omittingEmptySubsequences: false)
    guard sides.count == 2 else {
      throw PatternError(found: "\"\(pattern)\"", expected: "two sides joined by ->")
    }
    left = try Self.groups(String(sides[0]))
    right = try Self.groups(String(sides[1]))
    let names = (Self.names(left), Self.names(right))
    guard Set(names.0).count == names.0.count, Set(names.1).count == names.1.count else {
      throw PatternError(found: "\"\(pattern)\"", expected: "every axis once on each side")
    }
    let ellipses = (left.count { $0 == .ellipsis }, right.count { $0 == .ellipsis })
    guard Set(names.0) == Set(names.1), ellipses.0 == ellipses.1, ellipses.0 <= 1 else {
      throw PatternError(found: "\"\(pattern)\"", expected: "the same axes on both sides")
    }
  }

  /// The axes that are named.
  var names: [String] { Self.names(left) }

  private static func names(_ groups: [Group]) -> [String] {
    groups.flatMap { group in
      if case .axes(let names) = group { return names }
      return []
    }
  }

  private static func groups(_ side: String) throws(PatternError) -> [Group] {
    let spaced = side.replacing("(", with: " ( ").replacing(")", with: " ) ")
    var result: [Group] = []
    var open: [String]?
    for word in spaced.split(separator: " ").map(String.init) {
      switch word {
      case "(":
        guard open == nil else {
          throw PatternError(found: "nested parentheses", expected: "one level")
        }
        open = []
      case ")":
        guard let names = open else {
          throw PatternError(found: "a ) without (", expected: "matching parentheses")
        }
        result.append(.axes(names))
        open = nil
      case "...":
        guard open == nil else {
          throw PatternError(found: "... within parentheses", expected: "... between axes")
        }
        result.append(.ellipsis)
      case "1":
        if open == nil { result.append(.axes([])) }
      default:
        guard let first = word.first, first.isLetter || first == "_",
          word.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
        else {
          throw PatternError(found: "\"\(word)\"", expected: "axis names, parentheses, ... and 1")
        }
        if open == nil { result.append(.axes([word])) } else { open?.append(word) }
      }
    }
    guard open == nil else {
      throw PatternError(found: "a ( without )", expected: "matching parentheses")
    }
    return result
  }

  /// How a shape is rearranged, with the lengths of axes that it does not tell.
  func plan(for shape: Shape, lengths: [String: Int]) throws(PatternError) -> Plan {
    for name in lengths.keys where !names.contains(name) {
      throw PatternError(
        found: "a length for \"\(name)\"", expected: "lengths of axes in the pattern")
    }
    let unnamed = shape.count - left.count { $0 != .ellipsis }
    let hasEllipsis = left.contains(.ellipsis)
    guard hasEllipsis ? unnamed >= 0 : unnamed == 0 else {
      throw PatternError(
        found: "shape \(shape.shapeText)",
        expected: "\(left.count { $0 != .ellipsis }) axes for the left side of the pattern")
    }
    var extents = lengths
    var split: Shape = []
    var places: [String: Int] = [:]
    var unnamedPlaces: [Int] = []
    var remaining = shape[...]
    for group in left {
      switch group {
      case .ellipsis:
        for _ in 0..<unnamed {
          unnamedPlaces.append(split.count)
          split.append(remaining.removeFirst())
        }
      case .axes(let names):
        try Self.solve(names, remaining.removeFirst(), &extents)
        for name in names {
          places[name] = split.count
          split.append(extents[name] ?? 1)
        }
      }
    }
    var order: [Int] = []
    var merged: Shape = []
    for group in right {
      switch group {
      case .ellipsis:
        order += unnamedPlaces
        merged += unnamedPlaces.map { split[$0] }
      case .axes(let names):
        order += names.compactMap { places[$0] }
        merged.append(names.reduce(1) { $0 * (extents[$1] ?? 1) })
      }
    }
    return Plan(split: split, order: order, merged: merged)
  }

  /// Finds the one unknown length of a group, and checks the product.
  private static func solve(
    _ names: [String], _ extent: Int, _ extents: inout [String: Int]
  ) throws(PatternError) {
    let unknown = names.filter { extents[$0] == nil }
    let known = names.reduce(1) { $0 * (extents[$1] ?? 1) }
    let group = "(\(names.joined(separator: " ")))"
    guard unknown.count <= 1 else {
      throw PatternError(
        found: "\(unknown.count) unknown lengths in \(group)",
        expected: "at most one; give the others in axesLengths")
    }
    if let name = unknown.first {
      guard known > 0, extent % known == 0 else {
        throw PatternError(
          found: "extent \(extent) for \(group)", expected: "a multiple of \(known)")
      }
      extents[name] = extent / known
    } else if known != extent {
      throw PatternError(found: "extent \(extent) for \(group)", expected: "\(known)")
    }
  }
}

extension SequenceLayer {
  /// Reads a pattern; its failures become this layer's.
  func einopsPattern(_ pattern: String) throws(LayerError) -> EinopsPattern {
    do throws(EinopsPattern.PatternError) { return try EinopsPattern(pattern) } catch {
      throw .config(self, "pattern", found: error.found, expected: error.expected)
    }
  }

  /// Plans a rearrangement; failures become this layer's.
  func einopsPlan(
    _ pattern: EinopsPattern, for shape: Shape, _ lengths: [AxisLength]
  ) throws(LayerError) -> EinopsPattern.Plan {
    var known: [String: Int] = [:]
    for entry in lengths {
      try require("axesLengths", entry.length, atLeast: 1)
      guard known.updateValue(entry.length, forKey: entry.name) == nil else {
        throw .config(
          self, "axesLengths", found: "two lengths for \"\(entry.name)\"", expected: "one")
      }
    }
    do throws(EinopsPattern.PatternError) {
      return try pattern.plan(for: shape, lengths: known)
    } catch {
      throw .input(self, found: error.found, expected: error.expected)
    }
  }
}
