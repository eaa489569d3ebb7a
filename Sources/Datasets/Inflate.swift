/// Decompresses DEFLATE streams, the compression inside `.npz` files.
///
/// Malformed streams give nil: a code table that is over-full, a reference before the start, output
/// beyond what was announced, or an end in the middle.
///
/// - Source: RFC 1951.
package struct Inflate {
  private let input: [UInt8]
  private var position = 0
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []
  private let limit: Int

  private init(_ input: [UInt8], limit: Int) {
    self.input = input
    self.limit = limit
    // What is announced may be a lie; memory grows with what is really there.
    output.reserveCapacity(min(limit, 16 * input.count))
  }

  /// The `count` bytes that `input` decompresses to; nil if it does not, to exactly so many.
  package static func decompress(_ input: [UInt8], count: Int) -> [UInt8]? {
    var stream = Inflate(input, limit: count)
    guard stream.run(), stream.output.count == count else { return nil }
    return stream.output
  }

  private mutating func run() -> Bool {
    while true {
      guard let isLast = take(1), let kind = take(2) else { return false }
      let isFine: Bool
      switch kind {
      case 0: isFine = copyStored()
      case 1: isFine = decode(literals: Inflate.fixedLiterals, distances: Inflate.fixedDistances)
      case 2: isFine = decodeDynamic()
      default: isFine = false
      }
      guard isFine else { return false }
      if isLast == 1 { return true }
    }
  }

  // MARK: Bits

  private mutating func refill() {
    while bitCount <= 48, position < input.count {
      bits |= UInt64(input[position]) << UInt64(bitCount)
      position += 1
      bitCount += 8
    }
  }

  private mutating func take(_ count: Int) -> Int? {
    refill()
    guard count <= bitCount else { return nil }
    let value = bits & (1 << UInt64(count) - 1)
    drop(count)
    return Int(value)
  }

  private mutating func drop(_ count: Int) {
    bits >>= UInt64(count)
    bitCount -= count
  }

  private mutating func symbol(_ table: CodeTable) -> Int? {
    refill()
    let entry = table.entries[Int(bits & UInt64(table.entries.count - 1))]
    let length = Int(entry & 15)
    guard length > 0, length <= bitCount else { return nil }
    drop(length)
    return Int(entry >> 4)
  }

  // MARK: Blocks

  private mutating func copyStored() -> Bool {
    drop(bitCount % 8)
    guard let count = take(16), let check = take(16), count == ~check & 0xFFFF else { return false }
    guard output.count + count <= limit else { return false }
    for _ in 0..<count {
      guard let byte = take(8) else { return false }
      output.append(UInt8(byte))
    }
    return true
  }

  private mutating func decode(literals: CodeTable, distances: CodeTable) -> Bool {
    while let code = symbol(literals) {
      if code < 256 {
        guard output.count < limit else { return false }
        output.append(UInt8(code))
        continue
      }
      if code == 256 { return true }
      guard code - 257 < Inflate.lengthBases.count,
        let extra = take(Inflate.lengthExtraBits[code - 257]),
        let distanceCode = symbol(distances), distanceCode < Inflate.distanceBases.count,
        let distanceExtra = take(Inflate.distanceExtraBits[distanceCode])
      else { return false }
      let length = Inflate.lengthBases[code - 257] + extra
      let distance = Inflate.distanceBases[distanceCode] + distanceExtra
      guard distance <= output.count, output.count + length <= limit else { return false }
      // Byte by byte, because a copy may overlap itself.
      let start = output.count - distance
      for offset in 0..<length { output.append(output[start + offset]) }
    }
    return false
  }

  private mutating func decodeDynamic() -> Bool {
    guard let literalExtra = take(5), let distanceExtra = take(5), let lengthExtra = take(4) else {
      return false
    }
    let (literalCount, distanceCount) = (257 + literalExtra, 1 + distanceExtra)
    guard literalCount <= 286, distanceCount <= 30 else { return false }
    var orderLengths: [Int] = Array(repeating: 0, count: 19)
    for place in Inflate.lengthOrder.prefix(4 + lengthExtra) {
      guard let length = take(3) else { return false }
      orderLengths[place] = length
    }
    guard let lengthTable = CodeTable(lengths: orderLengths),
      let lengths = codeLengths(lengthTable, count: literalCount + distanceCount),
      lengths[256] > 0, let literals = CodeTable(lengths: Array(lengths[..<literalCount])),
      let distances = CodeTable(lengths: Array(lengths[literalCount...]))
    else { return false }
    return decode(literals: literals, distances: distances)
  }

  private mutating func codeLengths(_ table: CodeTable, count: Int) -> [Int]? {
    var lengths: [Int] = []
    while lengths.count < count {
      guard let code = symbol(table) else { return nil }
      var (value, times) = (code, 1)
      switch code {
      case 16:
        guard let previous = lengths.last, let extra = take(2) else { return nil }
        (value, times) = (previous, 3 + extra)
      case 17:
        guard let extra = take(3) else { return nil }
        (value, times) = (0, 3 + extra)
      case 18:
        guard let extra = take(7) else { return nil }
        (value, times) = (0, 11 + extra)
      default: break
      }
      guard lengths.count + times <= count else { return nil }
      lengths.append(contentsOf: repeatElement(value, count: times))
    }
    return lengths
  }

  // MARK: Tables of the format

  private static let lengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  private static let lengthExtraBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let lengthBases = bases(lengthExtraBits.dropLast(), from: 3) + [258]
  private static let distanceExtraBits = [0, 0] + (0..<28).map { $0 / 2 }
  private static let distanceBases = bases(distanceExtraBits[...], from: 1)

  private static func bases(_ extraBits: ArraySlice<Int>, from first: Int) -> [Int] {
    var next = first
    return extraBits.map { count in
      defer { next += 1 << count }
      return next
    }
  }

  private static let fixedLiterals = fixedTable(
    Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112)
      + Array(repeating: 7, count: 24) + Array(repeating: 8, count: 8))
  private static let fixedDistances = fixedTable(Array(repeating: 5, count: 32))

  private static func fixedTable(_ lengths: [Int]) -> CodeTable {
    guard let table = CodeTable(lengths: lengths) else {
      preconditionFailure("The fixed code tables of DEFLATE are complete.")
    }
    return table
  }
}

/// A table that finds the symbol of the next code by as many bits as the longest code has.
private struct CodeTable {
  /// Symbol times 16 plus the code's length; 0 where no code begins with these bits.
  let entries: [UInt16]

  /// Makes the table of a canonical code; nil if lengths ask for more codes than there are, or for
  /// fewer while there is more than one.
  init?(lengths: [Int]) {
    let longest = lengths.max() ?? 0
    guard longest > 0 else {
      // A block without references has an empty distance code.
      entries = [0]
      return
    }
    var counts: [Int] = Array(repeating: 0, count: longest + 1)
    for length in lengths where length > 0 { counts[length] += 1 }
    var free = 1 << longest
    var starts: [Int] = [0]
    for length in 1...longest {
      free -= counts[length] << (longest - length)
      starts.append((starts[length - 1] + counts[length - 1]) << 1)
    }
    guard free == 0 || (free > 0 && counts.reduce(0, +) == 1) else { return nil }
    var table: [UInt16] = Array(repeating: 0, count: 1 << longest)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let reversed = CodeTable.reversed(starts[length], bitCount: length)
      starts[length] += 1
      for index in stride(from: reversed, to: table.count, by: 1 << length) {
        table[index] = UInt16(symbol << 4 | length)
      }
    }
    entries = table
  }

  private static func reversed(_ code: Int, bitCount: Int) -> Int {
    var result = 0
    for bit in 0..<bitCount where code >> bit & 1 == 1 { result |= 1 << (bitCount - 1 - bit) }
    return result
  }
}
