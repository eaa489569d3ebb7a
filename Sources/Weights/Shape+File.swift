import Tensors

extension [Int] {
  /// How many places for elements an array without elements may have in a file.
  private static let emptyLimit = 1 << 20
  /// How many axes an array in a file may have; NumPy has no more.
  private static let rankLimit = 64

  /// What is wrong with this shape of an array in a file; nil if nothing is.
  ///
  /// An array without elements takes no bytes, so no length of a file bounds its extents; but rows and
  /// timesteps cost memory later, for masks and names.
  package var problemInFile: String? {
    if count > Self.rankLimit { return "its shape has \(count) axes, more than \(Self.rankLimit)" }
    guard contains(0) else { return nil }
    let places = filter { $0 != 0 }.elementCount
    guard places > Self.emptyLimit else { return nil }
    return "its shape \(shapeText) has no elements, and \(places) places for them"
  }
}
