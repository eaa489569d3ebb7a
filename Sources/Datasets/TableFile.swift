internal import Serialization
internal import Tensors

/// A table of numbers as text: a line a timestep, a column a channel.
///
/// Columns are parted by tabs, semicolons, commas or blanks, whichever of these the first line has. A
/// first line that is not all numbers names the columns. Lines that begin with `#` and empty ones are
/// passed over; missing values are NaN.
struct TableFile {
  /// The numbers, `float32` `[t, n]`.
  let values: Tensor
  /// Notes on what the reader changed or assumed.
  private(set) var notes: [String] = []

  /// Reads a table: all columns, or those whose names are given with commas between them.
  init(_ file: ByteFile, columns chosen: String? = nil) throws {
    let bytes = Array(PlainText.decoded(try file.readAll()).utf8)
    var lines = TableFile.lines(bytes)[...]
    guard let first = lines.first else {
      throw DatasetError(.malformed, path: file.path, found: "the table has no lines")
    }
    let syntax = TableSyntax(firstLine: bytes[first.range])
    let head = syntax.cells(bytes[first.range])
    // pandas leaves the first cell empty above the numbers of the rows.
    let isHead = head.contains { syntax.number($0) == nil } || (head.count > 1 && head[0].isEmpty)
    let names = isHead ? head : []
    if isHead { lines.removeFirst() }
    let places = try TableFile.places(chosen, names, width: head.count, path: file.path)
    var numbers: [Float] = []
    var missing = 0
    for line in lines {
      let cells = syntax.cells(bytes[line.range])
      guard cells.count == head.count else {
        throw DatasetError(
          .malformed, path: file.path, found: "line \(line.number) has \(cells.count) columns",
          expected: "\(head.count), as line \(first.number) has")
      }
      for place in places {
        guard let value = syntax.number(cells[place]) else {
          throw TableFile.noNumber(
            cells, place, names, syntax, place: "\(file.path): line \(line.number)")
        }
        if cells[place].isEmpty { missing += 1 }
        numbers.append(value)
      }
    }
    let kept = TableFile.kept(places, names, numbers)
    let width = places.count
    let rows = 0..<lines.count
    values = Tensor(
      rows.flatMap { row in kept.map { numbers[row * width + $0] } },
      shape: [lines.count, kept.count])
    if isHead {
      notes.append("columns: \(kept.map { names[places[$0]] }.joined(separator: ", "))")
    }
    if kept.count < width { notes.append("left out \(width - kept.count) columns without a name") }
    if missing > 0 { notes.append("\(missing) empty cells are NaN") }
    if lines.isEmpty { notes.append("it holds no rows") }
  }

  /// The lines that are neither empty nor remarks, with their numbers from 1.
  private static func lines(_ bytes: [UInt8]) -> [(number: Int, range: Range<Int>)] {
    var lines: [(number: Int, range: Range<Int>)] = []
    var (number, start) = (1, 0)
    func add(_ range: Range<Int>) {
      let first = bytes[range].first { $0 != 0x20 && $0 != 0x09 }
      if let first, first != UInt8(ascii: "#") { lines.append((number, range)) }
    }
    for (index, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
      add(start..<index)
      start = index + 1
      // A carriage return before a line feed ends the same line.
      if byte == 0x0A || index + 1 == bytes.count || bytes[index + 1] != 0x0A { number += 1 }
    }
    add(start..<bytes.count)
    return lines
  }

  /// The places of the chosen columns.
  private static func places(
    _ chosen: String?, _ names: [String], width: Int, path: String
  ) throws(DatasetError) -> [Int] {
    guard let chosen else { return Array(0..<width) }
    guard !names.isEmpty else {
      throw DatasetError(
        .unknownMember, path: path, found: "its columns have no names",
        suggestion: "leave out \":\(chosen)\"")
    }
    return try chosen.split(separator: ",").map { name throws(DatasetError) in
      guard let place = names.firstIndex(of: String(name)) else {
        throw MemberNames.unknown(String(name), of: "column", in: path, names: names)
      }
      return place
    }
  }

  /// Of the places, those that are kept: all but columns without a name that are empty or count the
  /// rows.
  private static func kept(_ places: [Int], _ names: [String], _ numbers: [Float]) -> [Int] {
    places.indices.filter { index in
      guard names.indices.contains(places[index]), names[places[index]].isEmpty else { return true }
      let column = stride(from: index, to: numbers.count, by: places.count).map { numbers[$0] }
      let counts = column.enumerated().allSatisfy { $1 == Float($0) }
      return !(counts || column.allSatisfy(\.isNaN))
    }
  }

  /// What to say of a cell that is no number, and which columns hold numbers.
  private static func noNumber(
    _ cells: [String], _ column: Int, _ names: [String], _ syntax: TableSyntax, place: String
  ) -> DatasetError {
    let name = names.isEmpty ? "column \(column + 1)" : "column \(names[column])"
    let usable = names.indices.filter { syntax.number(cells[$0]) != nil }.map { names[$0] }
    return DatasetError(
      .malformed, path: place, found: "\(name) holds \(cells[column].prefix(40))",
      expected: "a number",
      suggestion: usable.isEmpty
        ? nil : "choose columns behind a colon: FILE:\(usable.prefix(8).joined(separator: ","))")
  }
}
