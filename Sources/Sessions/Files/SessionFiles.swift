import Weights

/// The files that the commands of a session read, from the disk or from what the session keeps.
///
/// What is small is kept, so that a session can be carried to another machine; what is large is known
/// by its digest, and refused when it is not what it was.
package final class SessionFiles {
  /// How many bytes of files a session keeps in all, unless everything is asked for.
  package static let keptLimit = 8 << 20

  /// Where relative paths start; empty for the working directory.
  package var folder = ""
  /// Where else to look for files: the folder of the session that was opened.
  package var originFolder: String?
  /// How files were found from there, by their digest.
  package var relativePaths: [UInt64: String] = [:]
  /// The bytes of files by their digest.
  package private(set) var contents: [UInt64: [UInt8]] = [:]
  /// What the present command has read.
  private(set) var used: [FileUse] = []
  /// What each path was when the command that is carried out again was recorded.
  private var recorded: [String: FileUse]?
  /// The last file that was read under each path.
  private var latest: [String: FileUse] = [:]
  private static let pieceBytes = 1 << 20

  package init() {}

  /// Begins a command.
  ///
  /// - Parameter recorded: the files of a recorded command; nil for one that is new.
  func begin(recorded: [FileUse]?) {
    used = []
    self.recorded = recorded.map { uses in
      Dictionary(uses.map { ($0.path, $0) }) { first, _ in first }
    }
  }

  /// Keeps bytes that a session file brought along.
  package func keep(_ bytes: [UInt8], digest: UInt64) { contents[digest] = bytes }

  /// The file behind a path.
  ///
  /// - Throws: `FileError`; ``CommandError`` `.file` for a recorded file that is gone or has changed.
  func open(_ path: String) throws -> ByteFile {
    if let use = recorded?[path] { return note(use, try reopened(use)) }
    let file: ByteFile
    do throws(FileError) {
      file = try ByteFile(path: resolved(path))
    } catch {
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
    let use = FileUse(path: path, digest: FileDigest.of(bytes), byteCount: bytes.count)
    contents[use.digest] = bytes
    return note(use, ByteFile(bytes: bytes, name: file.path))
  }

  private func reopened(_ use: FileUse) throws -> ByteFile {
    if let bytes = contents[use.digest] { return ByteFile(bytes: bytes, name: use.path) }
    var places = [resolved(use.path)]
    if let originFolder {
      places.append("\(originFolder)/\(relativePaths[use.digest] ?? use.path)")
    }
    var changed: String?
    for place in places {
      guard let file = try? ByteFile(path: place) else { continue }
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
    var digest = FileDigest()
    var start = 0
    while start < file.count {
      let end = min(start + pieceBytes, file.count)
      digest.add(try file.read(start..<end))
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
}
