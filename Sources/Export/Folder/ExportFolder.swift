import Serialization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder of an export, written beside its place and moved there when it is whole.
struct ExportFolder {
  private let path: String
  private let existing: [String]?

  /// - Throws: ``ExportError`` when there is something that is not to be replaced.
  init(_ path: String, replaces: Bool) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard !path.isEmpty else {
      throw ExportError(.folder, path: "-o", found: "no name", expected: "a folder")
    }
    var facts = stat()
    guard lstat(self.path, &facts) == 0 else {
      existing = nil
      return
    }
    guard facts.st_mode & S_IFMT == S_IFDIR else {
      throw ExportError(
        .folder, path: path, found: "something that is no folder", expected: "a new folder",
        suggestion: "choose another with -o")
    }
    let names = try Self.names(in: self.path)
    guard replaces || names.isEmpty else {
      throw ExportError(
        .folder, path: path, found: "a folder that is there already",
        expected: "a new folder", suggestion: "add --replace, or choose another with -o")
    }
    // Of a file in a folder inside, the folder is what stands in this one.
    let files = Self.filesOfExport(self.path)
    let known = Set(files.map { String($0.prefix { $0 != "/" }) })
    if let other = names.first(where: { !known.contains($0) }) {
      throw ExportError(
        .folder, path: path, found: "\(other), which no export wrote",
        expected: "an earlier export", suggestion: "choose another with -o")
    }
    existing = names
  }

  /// Writes all files; on failure nothing is left of them.
  func write(_ files: [(name: String, contents: ByteStream)]) throws {
    let temporary = "\(path).\(getpid()).part"
    guard mkdir(temporary, 0o777) == 0 else { throw failure() }
    var written: [String] = []
    do {
      for (name, contents) in files {
        for folder in Self.folders(of: [name]) { _ = mkdir("\(temporary)/\(folder)", 0o777) }
        written.append(name)
        try contents.write(to: "\(temporary)/\(name)")
      }
      try place(temporary)
    } catch {
      Self.remove(temporary, written)
      throw error
    }
  }

  private func place(_ temporary: String) throws {
    guard existing != nil else {
      guard rename(temporary, path) == 0 else { throw failure() }
      return
    }
    let old = "\(path).\(getpid()).old"
    let files = Self.filesOfExport(path)
    guard rename(path, old) == 0 else { throw failure() }
    guard rename(temporary, path) == 0 else {
      let error = failure()
      _ = rename(old, path)
      throw error
    }
    Self.remove(old, files)
  }

  private func failure() -> ExportError {
    ExportError(
      .folder, path: path, found: String(cString: strerror(errno)),
      expected: "a place where a folder can be made", suggestion: "choose another with -o")
  }

  /// The names of what an export wrote into a folder, by its manifest.
  private static func filesOfExport(_ path: String) -> [String] {
    let manifest = "\(path)/manifest.json"
    guard access(manifest, R_OK) == 0,
      let json = try? JSONValue.parse(try ByteFile(path: manifest).readAll()),
      json["format"]?.integer == Manifest.format
    else { return [] }
    return (json["files"]?.array ?? []).compactMap(\.string)
  }

  private static func names(in path: String) throws -> [String] {
    guard let folder = opendir(path) else {
      throw ExportError(
        .folder, path: path, found: String(cString: strerror(errno)),
        expected: "a folder that can be read")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The folders that files lie in, outer ones first.
  private static func folders(of files: [String]) -> [String] {
    let all = files.flatMap { name in
      name.indices.filter { name[$0] == "/" }.map { String(name[..<$0]) }
    }
    return Set(all).sorted()
  }

  /// Removes a folder with these files and nothing else.
  private static func remove(_ folder: String, _ files: [String]) {
    for file in files { unlink("\(folder)/\(file)") }
    for name in folders(of: files).reversed() { rmdir("\(folder)/\(name)") }
    rmdir(folder)
  }
}
