extension PassCase {
  static let all: [PassCase] =
    [
      PassCase(
        pass: "keep-prepared", name: "indices that nothing reads go, used panels stay",
        before: """
          %0: input 0 "x" f32[4, 8]
          %1: constant (all 0.5) f32[8, 16]
          preparation {
            %2: f32[128] = pack(%1) k 8 n 16 steps [16, 1]
            %3: i32[9] = generic iota() axis 0
          }
          main live %4 {
            %4: f32[4, 16] = contraction(%0, %2) m 4 n 16 k 8 a [8, 1] b [16, 1] c 16 packed
          }

          """,
        after: """
          %0: input 0 "x" f32[4, 8]
          %1: constant (all 0.5) f32[8, 16]
          preparation {
            %2: prepared f32[128] = pack(%1) k 8 n 16 steps [16, 1]
          }
          main live %4 {
            %4: f32[4, 16] = contraction(%0, %2) m 4 n 16 k 8 a [8, 1] b [16, 1] c 16 packed
          }

          """),
      PassCase(
        pass: "fuse-addends", name: "a cell adds the parts of its gates",
        before: """
          %0: input 0 "g" f32[2, 12]
          %1: input 1 "h" f32[2, 12]
          %2: oldState 0 "c" f32[2, 3]
          %3: oldState 1 "h" f32[2, 3]
          %4: input 2 "mask" bool[2]
          main live %6, %7 {
            %5: f32[2, 12] = elementwise(%0, %1) over [2, 12] {
              t0 = add(x0, x1) f32
              give [0]
            }
            %6: f32[2, 3], %7: f32[2, 3] = lstmCell(%5, %2, %3, %4)
          }

          """,
        after: """
          %0: input 0 "g" f32[2, 12]
          %1: input 1 "h" f32[2, 12]
          %2: oldState 0 "c" f32[2, 3]
          %3: oldState 1 "h" f32[2, 3]
          %4: input 2 "mask" bool[2]
          main live %6, %7 {
            %5: f32[2, 12] = elementwise(%0, %1) over [2, 12] {
              t0 = add(x0, x1) f32
              give [0]
            }
            %6: f32[2, 3], %7: f32[2, 3] = lstmCell(%0, %2, %3, %4, %1)
          }

          """),
      PassCase(
        pass: "fuse-masks", name: "a convolution reads the operand and the mask of a select",
        before: """
          %0: input 0 "x" f32[1, 9, 4]
          %1: input 1 "mask" bool[1, 9]
          %2: constant ({0.0}) f32[]
          %3: packed 0 "kernel" k 12 n 6 steps [6, 1] f32[192]
          main live %5 {
            %4: f32[1, 9, 4] = elementwise(%1 as bool[1, 9, 4] strides [9, 1, 0], %0, %2 as f32[1, 9, 4] strides [0, 0, 0]) over [1, 9, 4] {
              t0 = select(x0, x1, x2) f32
              give [0]
            }
            %5: f32[1, 9, 6], scratch %6: f32[1152] = convolution(%4, %3) kernel [3, 4, 6] result [1, 9, 6] low [2]
          }

          """,
        after: """
          %0: input 0 "x" f32[1, 9, 4]
          %1: input 1 "mask" bool[1, 9]
          %2: constant ({0.0}) f32[]
          %3: packed 0 "kernel" k 12 n 6 steps [6, 1] f32[192]
          main live %5 {
            %4: f32[1, 9, 4] = elementwise(%1 as bool[1, 9, 4] strides [9, 1, 0], %0, %2 as f32[1, 9, 4] strides [0, 0, 0]) over [1, 9, 4] {
              t0 = select(x0, x1, x2) f32
              give [0]
            }
            %5: f32[1, 9, 6], scratch %7: f32[1152] = convolution(%0, %3) kernel [3, 4, 6] result [1, 9, 6] low [2] inputMask %1 as bool[1, 9, 4] strides [9, 1, 0]
          }

          """),
      PassCase(
        pass: "fuse-elementwise", name: "neighbours become one task at the place of the later",
        before: """
          %0: input 0 "x" f32[2, 8]
          %1: input 1 "y" f32[8]
          main live %4 {
            %2: f32[2, 8] = elementwise(%0) over [2, 8] {
              t0 = tanh(x0) f32
              give [0]
            }
            %3: f32[2] = generic reduce(%0) sum axes [1]
            %4: f32[2, 8] = elementwise(%2, %1 as f32[2, 8] strides [0, 1]) over [2, 8] {
              t0 = mul(x0, x1) f32
              give [0]
            }
          }

          """,
        after: """
          %0: input 0 "x" f32[2, 8]
          %1: input 1 "y" f32[8]
          main live %4 {
            %3: f32[2] = generic reduce(%0) sum axes [1]
            %2: f32[2, 8], %4: f32[2, 8] = elementwise(%0, %1 as f32[2, 8] strides [0, 1]) over [2, 8] {
              t0 = tanh(x0) f32
              t1 = mul(t0, x1) f32
              give [0, 1]
            }
          }

          """),
      unchanged(
        "fuse-elementwise", "but not over a task that reads the earlier result transposed",
        """
        %0: input 0 "x" f32[8, 8]
        main live %2 {
          %1: f32[8, 8] = elementwise(%0) over [8, 8] {
            t0 = tanh(x0) f32
            give [0]
          }
          %2: f32[8, 8] = elementwise(%1 strides [1, 8]) over [8, 8] {
            t0 = neg(x0) f32
            give [0]
          }
        }

        """),
      PassCase(
        pass: "drop-unused", name: "a value that only its own task reads stays in a register",
        before: """
          %0: input 0 "x" f32[2, 8]
          main live %2 {
            %1: f32[2, 8], %2: f32[2, 8], %3: bool[2, 8] = elementwise(%0) over [2, 8] {
              t0 = tanh(x0) f32
              t1 = mul(t0, x0) f32
              t2 = isFinite(x0) bool
              give [0, 1, 2]
            }
          }

          """,
        after: """
          %0: input 0 "x" f32[2, 8]
          main live %2 {
            %2: f32[2, 8] = elementwise(%0) over [2, 8] {
              t0 = tanh(x0) f32
              t1 = mul(t0, x0) f32
              give [1]
            }
          }

          """),
      PassCase(
        pass: "match-activations", name: "a comparison and a select become ReLU",
        before: """
          %0: input 0 "x" f32[2, 8]
          %1: constant ({0.0}) f32[]
          main live %2 {
            %2: f32[2, 8] = elementwise(%0, %1 as f32[2, 8] strides [0, 0]) over [2, 8] {
              t0 = le(x0, x1) bool
              t1 = select(t0, x1, x0) f32
              give [1]
            }
          }

          """,
        after: """
          %0: input 0 "x" f32[2, 8]
          main live %2 {
            %2: f32[2, 8] = elementwise(%0) over [2, 8] {
              t0 = relu(x0) f32
              give [0]
            }
          }

          """),
      unchanged(
        "match-activations", "but not around -0",
        """
        %0: input 0 "x" f32[2, 8]
        %1: constant ({-0.0}) f32[]
        main live %2 {
          %2: f32[2, 8] = elementwise(%0, %1 as f32[2, 8] strides [0, 0]) over [2, 8] {
            t0 = le(x0, x1) bool
            t1 = select(t0, x1, x0) f32
            give [1]
          }
        }

        """),
      PassCase(
        pass: "place-results", name: "the newest entry of a window is written there",
        before: """
          %0: input 0 "x" f32[1, 1, 8]
          %1: window 0 "buffer" f32[1, 6, 8]
          main {
            %2: f32[1, 1, 8] = elementwise(%0) over [1, 1, 8] {
              t0 = tanh(x0) f32
              give [0]
            }
            %1 as f32[1, 1, 8] at 16 strides [48, 8, 1] = copy(%2)
          }
          state 0 advance 1

          """,
        after: """
          %0: input 0 "x" f32[1, 1, 8]
          %1: window 0 "buffer" f32[1, 6, 8]
          main {
            %1 as f32[1, 1, 8] at 16 strides [48, 8, 1] = elementwise(%0) over [1, 1, 8] {
              t0 = tanh(x0) f32
              give [0]
            }
          }
          state 0 advance 1

          """),
      unchanged(
        "place-results", "but not what something else reads",
        """
        %0: input 0 "x" f32[1, 1, 8]
        %1: window 0 "buffer" f32[1, 6, 8]
        main live %3 {
          %2: f32[1, 1, 8] = elementwise(%0) over [1, 1, 8] {
            t0 = tanh(x0) f32
            give [0]
          }
          %1 as f32[1, 1, 8] at 16 strides [48, 8, 1] = copy(%2)
          %3: f32[1, 1] = generic reduce(%2) sum axes [2]
        }
        state 0 advance 1

        """),
    ] + productCases + unchangedCases

  /// A schedule that a pass leaves as it is.
  static func unchanged(_ pass: String, _ name: String, _ text: String) -> PassCase {
    PassCase(pass: pass, name: name, before: text, after: text)
  }
}
