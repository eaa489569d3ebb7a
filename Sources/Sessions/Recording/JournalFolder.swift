import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the journals and the history of typed lines of one user lie.
package enum JournalFolder {
  /// `$XDG_STATE_HOME/workbench`, or `~/.local/state/workbench`.
  ///
  /// Without `HOME` it is the home folder that the system knows of the user, and without that a folder of
  /// the user's own among those for what does not last.
  package static func path() -> String {
    if let state = absolute("XDG_STATE_HOME") { return "\(state)/workbench" }
    if let home = absolute("HOME") ?? systemHome() { return "\(home)/.local/state/workbench" }
    if let runtime = absolute("XDG_RUNTIME_DIR") { return "\(runtime)/workbench" }
    return "\(absolute("TMPDIR") ?? "/tmp")/workbench-\(getuid())"
  }

  /// The folder in a variable; a relative one would be another in every folder.
  private static func absolute(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  private static func systemHome() -> String? {
    guard let entry = getpwuid(getuid()), let home = entry.pointee.pw_dir else { return nil }
    let path = String(cString: home)
    var facts = stat()
    let isFolder = stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    return isFolder && path != "/" ? path : nil
  }

  /// Makes a folder where there is none; returns whether it is there.
  package static func make(_ path: String) -> Bool { obstacle(making: path) == nil }

  /// Makes a folder that only the user can read, with the folders that it lies in; says why that is not
  /// possible, if so.
  ///
  /// In a folder that everybody can write to somebody else may have made one of that name: it is not
  /// used then.
  package static func obstacle(making path: String) -> String? {
    let parent = RelativePath.folder(of: path)
    try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    if mkdir(path, 0o700) != 0, errno != EEXIST { return problem(path) }
    var facts = stat()
    guard stat(path, &facts) == 0 else { return problem(path) }
    guard facts.st_mode & S_IFMT == S_IFDIR else {
      return "\(path): this folder cannot be made, because there is a file of that name"
    }
    if facts.st_uid == geteuid(), facts.st_mode & 0o077 != 0 {
      _ = chmod(path, facts.st_mode & 0o7700)
    }
    var (above, itself) = (stat(), stat())
    guard stat(parent, &above) == 0, lstat(path, &itself) == 0 else { return problem(path) }
    let isOwn = itself.st_mode & S_IFMT == S_IFDIR && itself.st_uid == geteuid()
    guard isOwn || above.st_mode & S_IWOTH == 0 else {
      return "\(path): this folder is somebody else's; set HOME or XDG_STATE_HOME"
    }
    return nil
  }

  private static func problem(_ path: String) -> String {
    "\(path): \(String(cString: strerror(errno)))"
  }
}
