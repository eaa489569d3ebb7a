import Serialization

/// The files that the commands of a session read, from the disk or from what the session keeps.
///
/// What is small is kept, so that a session can be carried to another machine; what is large is known
/// by its digest, and refused when it is not what it was. A typed command reads every file that the user
/// names, a recorded one what ``FileAccess`` allows.
package final class SessionFiles {
  /// How many bytes of files a session keeps in all, unless everything is requested.
  package static let keptLimit = 8 << 20

  /// Where relative paths start; empty for the working directory.
  package var folder = ""
  /// What the user agreed to before.
  package var agreements = Agreements()
  /// What the commands of the session that was opened may read; nil where none was.
  package private(set) var access: FileAccess?
  /// The folder of the session that was opened, where files are looked for too.
  private var originFolder: String?
  /// How files were found from there, by their digest.
  private var relativePaths: [UInt64: String] = [:]
  /// The bytes of files by their digest.
  package private(set) var contents: [UInt64: [UInt8]] = [:]
  /// What recorded commands want to read and may not.
  package private(set) var requests: [FileRequest] = []
  /// Polled while files are read: whether the user stopped it.
  package var isStopped: @Sendable () -> Bool = { false }
  /// What the present command has read.
  private(set) var used: [FileUse] = []
  /// What each path was when the command that is carried out again was recorded; nil for a typed one.
  private var recorded: [String: FileUse]?
  /// The last file that was read under each path.
  private var latest: [String: FileUse] = [:]
  private static let pieceBytes = 1 << 20

  package init() {}

  /// Takes over what a session file brings along.
  ///
  /// - Parameters:
  ///   - file: the session.
  ///   - folder: where its file lies.
  ///   - trusted: what the user agreed that it may read elsewhere.
  package func lend(_ file: SessionFile, folder: String, trusted: [String]) {
    for (digest, bytes) in file.contents { contents[digest] = bytes }
    originFolder = folder
    for file in file.header.files { relativePaths[file.use.digest] = file.relative }
    access = FileAccess(folder: folder, trusted: trusted.map(resolved) + trusted)
  }

  /// Begins a command.
  ///
  /// - Parameter recorded: the files of a recorded command; nil for one that is new.
  func begin(recorded: [FileUse]?) {
    used = []
    self.recorded = recorded.map { uses in
      Dictionary(uses.map { ($0.path, $0) }) { first, _ in first }
    }
  }

  /// Whether the present command was read from a session file.
  var isRecorded: Bool { recorded != nil }

  /// The file behind a path.
  ///
  /// - Throws: `FileError`; ``CommandError`` `.file` for a recorded file that is gone or has changed,
  ///   `.untrusted` for one that a recorded command may not read.
  func open(_ path: String) throws -> ByteFile {
    if let use = recorded?[path] { return note(use, try reopened(use)) }
    let file: ByteFile
    do {
      file = try ByteFile(path: try place(of: path), isStopped: isStopped)
    } catch let error as FileError {
      guard error.code == .notFound else { throw error }
      // What the session brought along stands in for a file that is not on this machine.
      guard let use = latest[path], let bytes = contents[use.digest] else { throw error }
      return note(use, ByteFile(bytes: bytes, name: path))
    }
    return try taken(file, path)
  }

  /// A path as the system takes it.
  func resolved(_ path: String) -> String {
    folder.isEmpty || path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  /// Where the file behind a path lies that the present command has no digest of.
  private func place(of path: String) throws(CommandError) -> String {
    guard isRecorded else { return resolved(path) }
    return try allowed(places(path), for: path).first ?? resolved(path)
  }

  /// Where to look for a file, in order.
  private func places(_ path: String, digest: UInt64? = nil) -> [String] {
    var places = [resolved(path)]
    let relative = digest.flatMap { relativePaths[$0] }
    if let originFolder, let name = relative ?? (path.hasPrefix("/") ? nil : path) {
      places.append("\(originFolder)/\(name)")
    }
    return places
  }

  /// Those of some places that the present command may read.
  ///
  /// - Throws: ``CommandError`` `.untrusted` where there are only others.
  private func allowed(_ places: [String], for path: String) throws(CommandError) -> [String] {
    guard isRecorded, let access else { return places }
    var outside: String?
    let allowed = places.filter { place in
      switch access.standing(of: place) {
      case .missing: return false
      case .allowed: return true
      case .outside(let real):
        outside = outside ?? real
        return false
      }
    }
    guard allowed.isEmpty, let outside else { return allowed }
    let request = FileRequest(name: path, place: outside)
    if !requests.contains(request) { requests.append(request) }
    throw request.refusal
  }

  private func note(_ use: FileUse, _ file: ByteFile) -> ByteFile {
    latest[use.path] = use
    if !used.contains(use) { used.append(use) }
    return file
  }

  /// Takes a file in: its bytes where there is room for them, else its digest.
  private func taken(_ file: ByteFile, _ path: String) throws -> ByteFile {
    let keptBytes = contents.values.reduce(0) { $0 + $1.count }
    guard file.count + keptBytes <= Self.keptLimit else {
      let digest = try Self.digest(file)
      return note(FileUse(path: path, digest: digest, byteCount: file.count), file)
    }
    let bytes = try file.readAll()
    let use = FileUse(path: path, digest: ByteDigest.of(bytes), byteCount: bytes.count)
    contents[use.digest] = bytes
    return note(use, ByteFile(bytes: bytes, name: file.path))
  }

  private func reopened(_ use: FileUse) throws -> ByteFile {
    if let bytes = contents[use.digest] { return ByteFile(bytes: bytes, name: use.path) }
    let places = places(use.path, digest: use.digest)
    var changed: String?
    let readable = access?.isJournal == true ? places.filter(RealPath.isPlainFile) : []
    for place in readable.isEmpty ? try allowed(places, for: use.path) : readable {
      let file: ByteFile
      do { file = try ByteFile(path: place, isStopped: isStopped) } catch {
        if error.code == .stopped { throw error }
        continue
      }
      if file.count == use.byteCount, try Self.digest(file) == use.digest { return file }
      changed = place
    }
    let size = "\(use.byteCount) bytes with digest \(use.digest.hex)"
    throw CommandError(
      .file,
      found: changed.map { "\($0) has changed since this was recorded" }
        ?? "\(use.path) is not here: looked for \(places.joined(separator: " and "))",
      expected: "the file of \(size)",
      suggestion: "put that file back, or save the session with --all where it is")
  }

  private static func digest(_ file: ByteFile) throws -> UInt64 {
    var digest = ByteDigest()
    var start = 0
    while start < file.count {
      let end = min(start + pieceBytes, file.count)
      try file.read(start..<end).withUnsafeBytes { digest.add($0) }
      start = end
    }
    return digest.value
  }

  /// Takes in the bytes of files that were too large to be kept by themselves.
  ///
  /// - Throws: as ``open(_:)`` does when a file is gone or has changed.
  func keepAll(_ uses: [FileUse]) throws {
    for use in uses where contents[use.digest] == nil {
      contents[use.digest] = try reopened(use).readAll()
    }
  }

  /// Asks for those of the files that recorded commands list which they may not read.
  func request(_ uses: [FileUse]) {
    let before = recorded
    defer { recorded = before }
    recorded = [:]
    for use in uses where contents[use.digest] == nil && access?.isJournal != true {
      _ = try? allowed(places(use.path, digest: use.digest), for: use.path)
    }
  }

  /// Where the files lie that a session does not keep.
  func placesOutside(_ uses: [FileUse]) -> [String] {
    uses.filter { contents[$0.digest] == nil }.compactMap { use in
      places(use.path, digest: use.digest).lazy.compactMap(RealPath.of).first
    }
  }
}
