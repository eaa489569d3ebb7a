#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Paths as seen from a folder.
package enum RelativePath {
  /// The folder that a path lies in; `.` for a bare name.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// How to get from a folder to a file.
  package static func from(_ folder: String, to path: String) -> String {
    let start = parts(folder)
    let end = parts(path)
    let shared = zip(start, end).prefix { $0 == $1 }.count
    let up = Array(repeating: "..", count: start.count - shared)
    return (up + end[shared...]).joined(separator: "/")
  }

  /// The names on the way from the root, `.` and `..` resolved.
  private static func parts(_ path: String) -> [String] {
    let whole = path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
    var result: [String] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = result.popLast() } else { result.append(String(part)) }
    }
    return result
  }

  private static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }
}
