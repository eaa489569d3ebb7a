/// A list that may be written as one value: `kernelSize: 3` or `kernelSize: [3, 5]`.
///
/// One value stands for every axis, several for one axis each.
public struct OneOrMany<Element: ConfigValue>: Sendable, Equatable {
  /// The values as given.
  public var values: [Element]

  /// Creates a list from its values.
  public init(_ values: [Element]) {
    self.values = values
  }

  /// Creates a list of one value.
  public init(_ value: Element) {
    values = [value]
  }

  /// Whether no value is given.
  public var isEmpty: Bool { values.isEmpty }

  /// One value for each of `count` axes: a single value is repeated.
  ///
  /// - Returns: `nil` if another number of values than one or `count` is given.
  public func expanded(to count: Int) -> [Element]? {
    if values.count == count { return values }
    return values.count == 1 ? Array(repeating: values[0], count: count) : nil
  }
}

/// Whole numbers for one or more axes.
public typealias Dims = OneOrMany<Int>

extension OneOrMany: ExpressibleByArrayLiteral {
  /// Creates a list from a literal such as `[3, 5]`.
  public init(arrayLiteral elements: Element...) {
    self.init(elements)
  }
}

extension OneOrMany: ExpressibleByIntegerLiteral where Element == Int {
  /// Creates a list of one number.
  public init(integerLiteral value: Int) {
    self.init(value)
  }
}

extension OneOrMany: ExpressibleByBooleanLiteral where Element == Bool {
  /// Creates a list of one truth value.
  public init(booleanLiteral value: Bool) {
    self.init(value)
  }
}

extension OneOrMany: ExpressibleByUnicodeScalarLiteral where Element == String {
  /// Creates a list of one string.
  public init(unicodeScalarLiteral value: String) {
    self.init(value)
  }
}

extension OneOrMany: ExpressibleByExtendedGraphemeClusterLiteral where Element == String {
  /// Creates a list of one string.
  public init(extendedGraphemeClusterLiteral value: String) {
    self.init(value)
  }
}

extension OneOrMany: ExpressibleByStringLiteral where Element == String {
  /// Creates a list of one string.
  public init(stringLiteral value: String) {
    self.init(value)
  }
}
