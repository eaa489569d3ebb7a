extension PassCase {
  private static let inputs = """
    %0: input 0 "x" f32[45, 24]
    %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
    %2: parameter 1 "b" f32[24]
    %3: input 1 "mask" bool[45]
    %4: constant ({0.0}) f32[]

    """

  private static let product = "m 45 n 24 k 24 a [24, 1] b [24, 1] c 24 packed"

  static let productCases: [PassCase] = [
    PassCase(
      pass: "fuse-epilogues",
      name: "bias, ReLU, residual and mask, with all rows and the masked ones",
      before: inputs + """
        main live %6, %7 {
          %5: f32[45, 24] = contraction(%0, %1) \(product)
          %6: f32[45, 24], %7: f32[45, 24] = elementwise(%5, %2 as f32[45, 24] strides [0, 1], %0, %3 as bool[45, 24] strides [1, 0], %4 as f32[45, 24] strides [0, 0]) over [45, 24] {
            t0 = add(x0, x1) f32
            t1 = relu(t0) f32
            t2 = add(x2, t1) f32
            t3 = select(x3, t2, x4) f32
            give [2, 3]
          }
        }

        """,
      after: """
        %0: input 0 "x" f32[45, 24]
        %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
        %2: parameter 1 "b" f32[24]
        %3: input 1 "mask" bool[45]
        main live %6, %7 {
          %6: f32[45, 24], %7: f32[45, 24] = contraction(%0, %1) \(product) bias %2 as f32[45, 24] strides [0, 1] activation "relu" residual %0 mask %3 as bool[45, 24] strides [1, 0] keepsUnmasked
        }

        """),
    unchanged(
      "fuse-epilogues", "but not a part of the rows",
      """
      %0: input 0 "x" f32[45, 24]
      %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
      %2: parameter 1 "b" f32[24]
      main live %4 {
        %3: f32[45, 24] = contraction(%0, %1) m 45 n 24 k 24 a [24, 1] b [24, 1] c 24 packed
        %4: f32[5, 24] = elementwise(%3 as f32[5, 24], %2 as f32[5, 24] strides [0, 1]) over [5, 24] {
          t0 = add(x0, x1) f32
          give [0]
        }
      }

      """),
    PassCase(
      pass: "tile-rows", name: "an elementwise task and the product that reads it run tile by tile",
      before: """
        %0: input 0 "x" f32[48, 24]
        %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
        main live %3 {
          %2: f32[48, 24] = elementwise(%0) over [48, 24] {
            t0 = tanh(x0) f32
            give [0]
          }
          %3: f32[48, 24] = contraction(%2, %1) m 48 n 24 k 24 a [24, 1] b [24, 1] c 24 packed
        }

        """,
      after: """
        %0: input 0 "x" f32[48, 24]
        %1: packed 0 "w" k 24 n 24 steps [24, 1] f32[768]
        main live %3 {
          = rowTiles scratch %4: u8[1536], %5: u8[0] rows 48 tile 2 bytes 192 {
            %2: tile f32[48, 24] = elementwise(%0) over [48, 24] {
              t0 = tanh(x0) f32
              give [0]
            }
            %3: f32[48, 24] = contraction(%2, %1) m 48 n 24 k 24 a [24, 1] b [24, 1] c 24 packed
            place %2 96 0
          }
        }

        """),
    unchanged(
      "tile-rows", "but not a product that reads its left operand transposed",
      """
      %0: input 0 "x" f32[48, 48]
      %1: packed 0 "w" k 48 n 24 steps [24, 1] f32[1536]
      main live %3 {
        %2: f32[48, 48] = elementwise(%0) over [48, 48] {
          t0 = tanh(x0) f32
          give [0]
        }
        %3: f32[48, 24] = contraction(%2 strides [1, 48], %1) m 48 n 24 k 48 a [1, 48] b [24, 1] c 24 packed
      }

      """),
    PassCase(
      pass: "allocate",
      name: "values that are not alive together share memory, outputs have regions",
      before: """
        %0: input 0 "x" f32[16]
        main live %4 {
          %1: f32[16] = elementwise(%0) over [16] {
            t0 = tanh(x0) f32
            give [0]
          }
          %2: f32[1] = generic reduce(%1) sum axes [0]
          %3: f32[16] = elementwise(%0, %2 as f32[16] strides [0]) over [16] {
            t0 = mul(x0, x1) f32
            give [0]
          }
          %4: f32[16] = generic cumulative(%3) sum axis 0
        }
        value 4 = %4

        """,
      after: """
        %0: input 0 "x" f32[16]
        main live %4 {
          %1: f32[16] = elementwise(%0) over [16] {
            t0 = tanh(x0) f32
            give [0]
          }
          %2: f32[1] = generic reduce(%1) sum axes [0]
          %3: f32[16] = elementwise(%0, %2 as f32[16] strides [0]) over [16] {
            t0 = mul(x0, x1) f32
            give [0]
          }
          %4: f32[16] = generic cumulative(%3) sum axis 0
        }
        value 4 = %4
        memory 64 {
          output %4 64
          %1 0
          %2 0 in 0
          %3 0
          %4 0 in 0
        }

        """),
  ]
}
