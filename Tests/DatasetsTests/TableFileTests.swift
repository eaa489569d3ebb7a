import Datasets
import Foundation
import Serialization
import Tensors
import Testing

/// A table as some program writes it, and what is in it.
struct TableCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let shape: [Int]
  let values: [Double]
  /// Parts of the notes.
  let notes: [String]

  init(
    _ name: String, _ text: String, _ shape: [Int], _ values: [Double], notes: [String] = []
  ) {
    self.init(name, Array(text.utf8), shape, values, notes: notes)
  }

  init(
    _ name: String, _ bytes: [UInt8], _ shape: [Int], _ values: [Double], notes: [String] = []
  ) {
    (testDescription, self.bytes, self.shape, self.values) = (name, bytes, shape, values)
    self.notes = notes
  }

  private static let four: [Double] = [0.5, 0.25, 1.5, -1250]

  static let all: [TableCase] = [
    TableCase("header", "x,y\n0.5,0.25\n1.5,-1.25e3\n", [1, 2, 2], four, notes: ["columns: x, y"]),
    TableCase("no header, no end of line", "0.5,0.25\n1.5,-1250", [1, 2, 2], four),
    TableCase(
      "Windows", "\u{FEFF}x,y\r\n0.5,0.25\r\n1.5,-1250\r\n", [1, 2, 2], four,
      notes: ["columns: x, y"]),
    TableCase("old Mac", "0.5,0.25\r1.5,-1250\r", [1, 2, 2], four),
    TableCase("semicolons", "x;y\n0.5;0.25\n1.5;-1250\n", [1, 2, 2], four, notes: ["columns"]),
    TableCase("decimal commas", "x;y\n0,5;0,25\n1,5;-1250\n", [1, 2, 2], four, notes: ["columns"]),
    TableCase("tabs", "x\ty\n0.5\t0.25\n1.5\t-1250\n", [1, 2, 2], four, notes: ["columns"]),
    TableCase("numpy.savetxt", "# x y\n5.0e-01 2.5e-01\n 1.5e+00  -1.25e+03\n", [1, 2, 2], four),
    TableCase(
      "quotes", "\"a,b\",\"c \"\"d\"\"\"\n\"0.5\",0.25\n1.5,\"-1250\"\n", [1, 2, 2], four,
      notes: ["columns: a,b, c \"d\""]),
    TableCase(
      "the index of pandas", ",x,y\n0,0.5,0.25\n1,1.5,-1250\n", [1, 2, 2], four,
      notes: ["columns: x, y", "left out 1 columns"]),
    TableCase(
      "a comma at the end", "x,y,\n0.5,0.25,\n1.5,-1250,\n", [1, 2, 2], four,
      notes: ["columns: x, y", "left out 1 columns", "empty cells"]),
    TableCase(
      "UTF-16",
      [0xFF, 0xFE] + Array("1,2\r\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
      [1, 1, 2], [1, 2]),
    TableCase("one column", "1\n2\n\n3\n", [1, 3], [1, 2, 3]),
    TableCase("a mask", "m\nTrue\nfalse\n", [1, 2], [1, 0], notes: ["columns: m"]),
    TableCase("no rows", "x,y\n", [1, 0, 2], [], notes: ["columns: x, y", "no rows"]),
    TableCase("infinities", "inf,-inf\n", [1, 1, 2], [.infinity, -.infinity]),
  ]
}

@Suite struct TableFileTests {
  private func read(_ bytes: [UInt8], _ place: String = "a.csv") throws -> StoredArray {
    try ArrayFile.read(place) { ByteFile(bytes: bytes, name: $0) }
  }

  @Test("tables read as people's programs write them", arguments: TableCase.all)
  func tables(example: TableCase) throws {
    let array = try read(example.bytes)
    #expect(array.values.dtype == .float32)
    #expect(array.values.shape == example.shape)
    #expect(array.values.doubles() == example.values)
    #expect(array.notes.count == example.notes.count, "\(array.notes)")
    for (note, part) in zip(array.notes, example.notes) { #expect(note.contains(part)) }
  }

  @Test("missing values are NaN, and counted if they were empty")
  func missing() throws {
    let array = try read(Array("1,\nNA,nan\n".utf8))
    #expect(array.values.doubles().map(\.isNaN) == [false, true, true, true])
    #expect(array.notes == ["1 empty cells are NaN"])
  }

  @Test(
    "columns are chosen by name",
    arguments: [
      ("a.csv:y", [1, 2], [0.25, -1250]), ("a.csv:y,x", [1, 2, 2], [0.25, 0.5, -1250, 1.5]),
    ] as [(String, [Int], [Double])])
  func columns(place: String, shape: [Int], values: [Double]) throws {
    let text = "name,x,y\nfirst,0.5,0.25\nsecond,1.5,-1250\n"
    let array = try read(Array(text.utf8), place)
    #expect(array.values.shape == shape)
    #expect(array.values.doubles() == values)
  }

  @Test(
    "what is no number is told by line and column",
    arguments: [
      ("a.csv", "1,2\n3\n", "line 2 has 1 columns; expected 2"),
      ("a.csv", "x,y\n1,2\n\n3,4,5\n", "line 4 has 3 columns"),
      (
        "a.csv", "name,x\nfirst,0.5\n",
        "line 2: column name holds first; expected a number; choose columns"
      ),
      ("a.csv", "name,x\nfirst,0.5\n", "FILE:x"), ("a.csv", "", "the file is empty"),
      ("a.csv", "# a\n", "no lines"),
      ("a.csv:z", "x,y\n1,2\n", "no column named z"),
      ("a.csv:z", "1,2\n", "its columns have no names"),
      ("a.csv", "1;2\n1;2,5.0\n", "line 2: column 2 holds 2,5.0"),
    ])
  func mistakes(place: String, text: String, message: String) {
    let error = #expect(throws: DatasetError.self) { try read(Array(text.utf8), place) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("a text of numbers is an array where one is asked for, and bytes as input")
  func text() throws {
    let bytes = Array("1 2\n3 4\n".utf8)
    #expect(try read(bytes, "a.txt").values.doubles() == [1, 2, 3, 4])
    let batch = try Batcher.load(["a.txt"]) { ByteFile(bytes: bytes, name: $0) }
    #expect(batch.values.shape == [1, 8])
    let table = try Batcher.load(["a.csv"]) { ByteFile(bytes: bytes, name: $0) }
    #expect(table.values.shape == [1, 2, 2])
  }

  @Test("marks and carriage returns in a text are noted, and kept")
  func textNotes() throws {
    let batch = try Batcher.load(["a.txt"]) {
      ByteFile(bytes: [0xEF, 0xBB, 0xBF, 0x61, 0x0D, 0x0A], name: $0)
    }
    #expect(batch.values.doubles() == [0xEF, 0xBB, 0xBF, 0x61, 0x0D, 0x0A])
    #expect(batch.notes.count == 2)
  }
}
