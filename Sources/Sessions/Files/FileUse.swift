/// A file that a command read: enough to know it again.
package struct FileUse: Hashable, Sendable {
  /// The path as typed.
  package var path: String
  /// The digest of its bytes.
  package var digest: UInt64
  /// How many bytes it has.
  package var byteCount: Int

  package init(path: String, digest: UInt64, byteCount: Int) {
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
  }
}
