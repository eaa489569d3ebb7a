#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Paths with every link followed.
enum RealPath {
  /// The path without links, `.` and `..`; nil where there is nothing.
  static func of(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Whether a path leads to a file that ends: no folder, device, pipe or socket.
  static func isPlainFile(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
  }
}
