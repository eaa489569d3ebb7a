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
  /// the user's own among the temporary ones.
  package static func path() -> String {
    if let state = absolute("XDG_STATE_HOME") { return "\(state)/workbench" }
    if let home = absolute("HOME") ?? systemHome() { return "\(home)/.local/state/workbench" }
    return temporary()
  }

  private static func temporary() -> String {
    "\(absolute("TMPDIR") ?? "/tmp")/workbench-\(getuid())"
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

  /// Makes a folder where there is none; tells whether it is there.
  ///
  /// Among temporary files, where anybody may put something in the way, it must be a folder that only its
  /// user can write to.
  package static func make(_ path: String) -> Bool {
    let make: Void? = try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    guard make != nil else { return false }
    return path != temporary() || isOwn(path)
  }

  private static func isOwn(_ path: String) -> Bool {
    var facts = stat()
    guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { return false }
    return facts.st_uid == getuid() && facts.st_mode & (S_IWGRP | S_IWOTH) == 0
  }
}
