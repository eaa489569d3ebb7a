/// Which files on this machine the commands of a recorded session may read.
///
/// A session may come from anybody. What its commands read lies in the folder of the session file, all links
/// followed, and is a plain file that is not hidden; anything else, such as a path that leads out
/// of the folder, a device or a pipe, is read only when the user has agreed to it by name.
package struct FileAccess: Sendable {
  /// What a place is to a session.
  enum Standing: Hashable, Sendable {
    /// There is nothing.
    case missing
    /// The commands of the session may read it.
    case allowed
    /// The user has to agree first; the path is the real one.
    case outside(String)
  }

  /// Where the session file lies, links followed.
  let folder: String
  /// The real paths of files outside that the user agreed to.
  private let agreed: Set<String>
  /// Whether what events list with its digest may be read again wherever it lies, because the session is a
  /// journal of the user's own, whose files the user has named before.
  let isJournal: Bool

  /// Allows a folder, and what the user agreed to: paths as they are, or as seen from the folder.
  package init(folder: String, trusted: [String] = []) {
    let real = RealPath.of(folder) ?? folder
    self.folder = real
    let places = trusted.flatMap { $0.hasPrefix("/") ? [$0] : [$0, "\(real)/\($0)"] }
    agreed = Set(places.compactMap(RealPath.of))
    isJournal = RealPath.of(JournalFolder.path()) == real
  }

  /// What the session may do with a place.
  func standing(of place: String) -> Standing {
    guard let real = RealPath.of(place) else { return .missing }
    if agreed.contains(real) { return .allowed }
    return isInFolder(real) && RealPath.isPlainFile(real) ? .allowed : .outside(real)
  }

  private func isInFolder(_ real: String) -> Bool {
    let start = folder.hasSuffix("/") ? folder : folder + "/"
    guard real.hasPrefix(start) else { return false }
    return !real.dropFirst(start.count).split(separator: "/").contains { $0.hasPrefix(".") }
  }
}
