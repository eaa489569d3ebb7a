/// A bound on what a small compressed file may unpack to.
enum UnpackedSize {
  /// Up to here no ratio is suspicious.
  private static let free = 1 << 30
  /// Sound and arrays of numbers are not compressed further than this.
  private static let ratio = 64

  /// Refuses files that claim, or turn out, to be far larger unpacked than anything that is recorded or
  /// computed.
  ///
  /// - Throws: ``DatasetError`` `.outOfRange`.
  static func check(_ count: Int, from packed: Int, path: String) throws(DatasetError) {
    guard count <= free || count / ratio <= packed else {
      throw DatasetError(
        .outOfRange, path: path, found: "\(packed) bytes would unpack to \(count)",
        expected: "at most \(ratio) times as many, beyond \(free)")
    }
  }
}
