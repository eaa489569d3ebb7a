import CKernels
import Testing

/// A chain built in Swift memory, for tests.
private struct Chain {
  var extents: [Int64]
  /// Strides of each input, and its values.
  var inputs: [(strides: [Int64], values: [Float])]
  var ops: [sw_tile_op]
  var outputs: [Int32]

  /// Runs the chain on [begin, end) pieces of its space; the outputs one after the other.
  func run(pieces: Int = 1) -> [Float] {
    var program = sw_tile_program()
    program.rank = Int32(extents.count)
    withUnsafeMutableBytes(of: &program.extents) { place in
      extents.withUnsafeBytes { place.copyMemory(from: $0) }
    }
    var inputTable = inputs.enumerated().map { index, input -> sw_tile_input in
      var entry = operand(SW_F32, slot: index)
      withUnsafeMutableBytes(of: &entry.strides) { place in
        input.strides.withUnsafeBytes { place.copyMemory(from: $0) }
      }
      return entry
    }
    var outputTable = outputs.enumerated().map {
      result(SW_F32, slot: inputs.count + $0, source: $1)
    }
    let count = Int(extents.reduce(1, *))
    var results = [Float](repeating: -77, count: count * outputs.count)
    inputTable.withUnsafeMutableBufferPointer { inputTable in
      outputTable.withUnsafeMutableBufferPointer { outputTable in
        ops.withUnsafeBufferPointer { ops in
          program.inputs = inputTable.baseAddress
          program.ops = ops.baseAddress
          program.outputs = outputTable.baseAddress
          program.inputCount = Int32(inputTable.count)
          program.opCount = Int32(ops.count)
          program.outputCount = Int32(outputTable.count)
          #expect(sw_tile_prepare(&program) == 0)
          results.withUnsafeMutableBufferPointer { results in
            runPieces(&program, pieces, count, results)
          }
        }
      }
    }
    return results
  }

  private func runPieces(
    _ program: inout sw_tile_program, _ pieces: Int, _ count: Int,
    _ results: UnsafeMutableBufferPointer<Float>
  ) {
    let places = inputs.map { input in
      let place = UnsafeMutableBufferPointer<Float>.allocate(capacity: input.values.count)
      _ = place.initialize(from: input.values)
      return place
    }
    defer { places.forEach { $0.deallocate() } }
    let slots =
      places.map { UnsafeMutableRawPointer($0.baseAddress) }
      + outputs.indices.map { k -> UnsafeMutableRawPointer? in
        UnsafeMutableRawPointer(results.baseAddress.map { $0 + k * count })
      }
    for piece in 0..<pieces {
      let begin = Int64(count * piece / pieces)
      let end = Int64(count * (piece + 1) / pieces)
      sw_tile_run(&program, slots, begin, end)
    }
  }

  /// The same one function at a time over whole arrays.
  func unfused() -> [Float] {
    let count = Int(extents.reduce(1, *))
    var registers = inputs.map { input in
      (0..<count).map { position -> Float in
        var residual = position
        var offset = 0
        for d in extents.indices.reversed() {
          offset += residual % Int(extents[d]) * Int(input.strides[d])
          residual /= Int(extents[d])
        }
        return input.values[offset]
      }
    }
    while registers.count < Int(SW_TILE_REGISTERS) {
      registers.append([Float](repeating: 0, count: count))
    }
    for op in ops {
      registers[Int(op.destination)] = apply(
        Int(op.op), registers[Int(op.a)], registers[Int(op.b)], registers[Int(op.c)])
    }
    return outputs.flatMap { registers[Int($0)] }
  }
}

private func op(
  _ function: Int, _ destination: Int32, _ a: Int32, _ b: Int32 = 0, _ c: Int32 = 0
) -> sw_tile_op {
  sw_tile_op(op: Int32(function), destination: destination, a: a, b: b, c: c)
}

private func operand(
  _ dtype: Int, slot: Int, _ strides: (Int64, Int64) = (1, 0)
) -> sw_tile_input {
  var entry = sw_tile_input()
  entry.dtype = Int32(dtype)
  entry.slot = Int32(slot)
  (entry.strides.0, entry.strides.1) = strides
  return entry
}

private func result(_ dtype: Int, slot: Int, source: Int32) -> sw_tile_output {
  sw_tile_output(dtype: Int32(dtype), slot: Int32(slot), offset: 0, source: source, direct: 0)
}

@Suite struct TileTests {
  @Test("an operand given as one number is read nowhere else", arguments: [16, 48, 512, 519, 2000])
  func givenCells(_ count: Int) {
    var x = (0..<count).map { Float($0) - 100 }
    var y = x
    let cell = Float(-3).bitPattern
    let cells = [Int32](repeating: Int32(bitPattern: cell), count: Int(SW_TILE_CELLS))
    cells.withUnsafeBufferPointer { cells in
      var inputs = [operand(SW_F32, slot: 0), operand(SW_F32, slot: 0, (0, 0))]
      inputs[1].cells = cells.baseAddress
      var outputs = [result(SW_F32, slot: 1, source: 2)]
      var ops = [op(SW_MAX, 2, 0, 1), op(SW_MUL, 2, 2, 2)]
      inputs.withUnsafeMutableBufferPointer { inputs in
        outputs.withUnsafeMutableBufferPointer { outputs in
          ops.withUnsafeMutableBufferPointer { ops in
            var program = sw_tile_program()
            (program.rank, program.extents) = (1, (Int64(count), 0, 0, 0, 0, 0))
            (program.inputCount, program.opCount, program.outputCount) = (2, 2, 1)
            (program.inputs, program.outputs) = (inputs.baseAddress, outputs.baseAddress)
            program.ops = UnsafePointer(ops.baseAddress)
            #expect(sw_tile_prepare(&program) == 0)
            x.withUnsafeMutableBytes { x in
              y.withUnsafeMutableBytes { y in
                sw_tile_run(&program, [x.baseAddress, y.baseAddress], 0, Int64(count))
              }
            }
          }
        }
      }
    }
    #expect(y == x.map { max($0, -3) * max($0, -3) })
  }

  /// gelu-like chain over x, a row, a column, a scalar and a transposed operand.
  private func chain(_ rows: Int, _ columns: Int, seed: Int) -> Chain {
    var numbers = Numbers(seed)
    let t = Int64(rows)
    let c = Int64(columns)
    return Chain(
      extents: [t, c],
      inputs: [
        ([c, 1], numbers.awkward(rows * columns)), ([0, 1], numbers.units(columns)),
        ([1, 0], numbers.units(rows)), ([0, 0], numbers.units(1)),
        ([1, t], numbers.awkward(rows * columns)),
      ],
      ops: [
        op(SW_ADD, 5, 0, 1), op(SW_MUL, 6, 5, 3), op(SW_TANH, 6, 6), op(SW_LT, 7, 4, 2),
        op(SW_SELECT, 8, 7, 6, 5), op(SW_MAX, 5, 8, 0), op(SW_ERF, 6, 5),
      ],
      outputs: [8, 5, 6])
  }

  @Test(
    "a fused chain has the bits of its functions one at a time",
    arguments: [(1, 8), (1, 16), (3, 5), (7, 64), (2, 513), (33, 31), (9, 80), (5, 300), (600, 1)])
  func fusedEqualsUnfused(_ rows: Int, _ columns: Int) {
    let chain = chain(rows, columns, seed: rows * 1000 + columns)
    let expected = chain.unfused().map(bits)
    let fused = expectSameBits("chain \(rows) x \(columns)") { chain.run() }
    #expect(fused.map(bits) == expected)
    #expect(chain.run(pieces: 3).map(bits) == expected, "in pieces")
  }

  @Test("a result may lie over a dense input")
  func inPlace() {
    var x: [Float] = (0..<1003).map { Float($0) }
    var inputs = [operand(SW_F32, slot: 0)]
    var outputs = [result(SW_F32, slot: 0, source: 1)]
    let ops = [op(SW_ADD, 1, 0, 0), op(SW_MUL, 1, 1, 0)]
    let count = Int64(x.count)
    let expected = x.map { ($0 + $0) * $0 }
    inputs.withUnsafeMutableBufferPointer { inputs in
      outputs.withUnsafeMutableBufferPointer { outputs in
        ops.withUnsafeBufferPointer { ops in
          var program = sw_tile_program()
          (program.rank, program.extents) = (1, (count, 0, 0, 0, 0, 0))
          (program.inputCount, program.opCount, program.outputCount) = (1, 2, 1)
          (program.inputs, program.outputs) = (inputs.baseAddress, outputs.baseAddress)
          program.ops = ops.baseAddress
          #expect(sw_tile_prepare(&program) == 0)
          x.withUnsafeMutableBytes { x in
            sw_tile_run(&program, [x.baseAddress], 0, count)
          }
        }
      }
    }
    #expect(x == expected)
  }

  @Test(
    "truth values and 16-bit floats are read, combined and stored", arguments: [1, 15, 40, 700])
  func mixedTypes(_ count: Int) {
    var numbers = Numbers(count)
    let x = numbers.units(count).map { $0 * 10 }
    var mask = (0..<count).map { _ in UInt8(numbers.word() % 2) }
    var halves = [UInt16](repeating: 0, count: count)
    sw_f32_to_bf16(x, &halves, Int64(count))
    var values = [UInt16](repeating: 9, count: count)
    var truths = [UInt8](repeating: 9, count: count)
    let n = Int64(count)
    var inputs = [operand(SW_BF16, slot: 0), operand(SW_BOOL, slot: 1)]
    var outputs = [result(SW_F16, slot: 2, source: 3), result(SW_BOOL, slot: 3, source: 4)]
    let ops = [op(SW_NEG, 2, 0), op(SW_SELECT, 3, 1, 0, 2), op(SW_LT, 4, 2, 3), op(SW_OR, 4, 4, 1)]
    inputs.withUnsafeMutableBufferPointer { inputs in
      outputs.withUnsafeMutableBufferPointer { outputs in
        ops.withUnsafeBufferPointer { ops in
          var program = sw_tile_program()
          (program.rank, program.extents) = (1, (n, 0, 0, 0, 0, 0))
          (program.inputCount, program.opCount, program.outputCount) = (2, 4, 2)
          (program.inputs, program.outputs) = (inputs.baseAddress, outputs.baseAddress)
          program.ops = ops.baseAddress
          #expect(sw_tile_prepare(&program) == 0)
          halves.withUnsafeMutableBytes { a in
            mask.withUnsafeMutableBytes { b in
              values.withUnsafeMutableBytes { y in
                truths.withUnsafeMutableBytes { z in
                  sw_tile_run(
                    &program, [a.baseAddress, b.baseAddress, y.baseAddress, z.baseAddress], 0, n)
                }
              }
            }
          }
        }
      }
    }
    for k in 0..<count {
      let wide = Float(bitPattern: UInt32(halves[k]) << 16)
      let chosen = mask[k] == 1 ? wide : -wide
      #expect(values[k] == Float16(chosen).bitPattern)
      #expect(truths[k] == (-wide < chosen || mask[k] == 1 ? 1 : 0))
    }
  }

  @Test("a chain that writes an input or names no function is refused")
  func refusesMalformed() {
    for bad in [op(SW_ADD, 0, 0, 0), op(SW_OP_COUNT, 1, 0), op(SW_ADD, 1, 99)] {
      var inputs = [sw_tile_input()]
      inputs.withUnsafeMutableBufferPointer { inputs in
        withUnsafePointer(to: bad) { bad in
          var program = sw_tile_program()
          program.inputCount = 1
          program.inputs = inputs.baseAddress
          program.opCount = 1
          program.ops = bad
          #expect(sw_tile_prepare(&program) == -1)
        }
      }
    }
  }
}

extension TileTests {
  @Test(
    "a mask of rows, a reversed row and a transposed block reach every element",
    arguments: [(3, 5), (40, 64), (7, 600)])
  func gathered(_ rows: Int, _ columns: Int) {
    var numbers = Numbers(rows + columns)
    let (t, c) = (Int64(rows), Int64(columns))
    var x = numbers.units(rows * columns)
    var mask = (0..<rows).map { _ in UInt8(numbers.word() % 2) }
    // The last operand runs backwards from its last element.
    var inputs = [
      operand(SW_F32, slot: 0, (1, t)), operand(SW_BOOL, slot: 1),
      operand(SW_F32, slot: 0, (0, -1)),
    ]
    inputs[2].offset = Int64(columns - 1) * 4
    var outputs = [result(SW_F32, slot: 2, source: 3)]
    let ops = [op(SW_SELECT, 3, 1, 0, 2)]
    var y = [Float](repeating: 0, count: rows * columns)
    inputs.withUnsafeMutableBufferPointer { inputs in
      outputs.withUnsafeMutableBufferPointer { outputs in
        ops.withUnsafeBufferPointer { ops in
          var program = sw_tile_program()
          (program.rank, program.extents) = (2, (t, c, 0, 0, 0, 0))
          (program.inputCount, program.opCount, program.outputCount) = (3, 1, 1)
          (program.inputs, program.outputs) = (inputs.baseAddress, outputs.baseAddress)
          program.ops = ops.baseAddress
          #expect(sw_tile_prepare(&program) == 0)
          x.withUnsafeMutableBytes { x in
            mask.withUnsafeMutableBytes { mask in
              y.withUnsafeMutableBytes { y in
                sw_tile_run(&program, [x.baseAddress, mask.baseAddress, y.baseAddress], 0, t * c)
              }
            }
          }
        }
      }
    }
    for i in 0..<rows {
      for j in 0..<columns {
        let expected = mask[i] == 1 ? x[j * rows + i] : x[columns - 1 - j]
        #expect(y[i * columns + j] == expected)
      }
    }
  }
}
