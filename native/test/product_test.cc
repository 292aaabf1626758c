#include <array>

#include "../core/kernels/masked_product.h"
#include "../core/kernels/narrow_product.h"
#include "../core/kernels/packed_matrix.h"
#include "support.h"

namespace tf {
namespace {

// Rows and columns of the matrix (the panels are 8, 16 or 32 columns wide), rows of the other factor.
class Packed : public testing::TestWithParam<std::array<size_t, 3>> {};

TEST_P(Packed, MultipliesAndAdds) {
  const auto& [rows, columns, count] = GetParam();
  const auto matrix = test::normals({static_cast<int64_t>(rows * columns)}, 1);
  const auto x = test::normals({static_cast<int64_t>(count * rows)}, 2);
  const auto before = test::normals({static_cast<int64_t>(count * columns)}, 3);
  for (const auto from : {PackedMatrix::From::kRows, PackedMatrix::From::kColumns}) {
    for (const bool by_columns : {false, true}) {
      const PackedMatrix packed(matrix.data(), rows, columns, from, -0.5f);
      std::vector<float> y = before;
      const PackedMatrix::Factor factor{x.data(), by_columns ? 1 : rows, by_columns ? count : 1};
      packed.multiply(factor, count, Into::kSum, y.data());
      std::vector<float> placed = before;
      packed.multiply(factor, count, Into::kPlace, placed.data());
      for (size_t i = 0; i < count; ++i) {
        for (size_t j = 0; j < columns; ++j) {
          double sum = 0.0;
          for (size_t k = 0; k < rows; ++k) {
            const float m = from == PackedMatrix::From::kRows ? matrix[k * columns + j] : matrix[j * rows + k];
            sum += -0.5 * x[i * factor.row_stride + k * factor.column_stride] * m;
          }
          const double tolerance = 2e-6 * static_cast<double>(rows + 1);
          EXPECT_NEAR(placed[i * columns + j], sum, tolerance) << i << ", " << j;
          EXPECT_NEAR(y[i * columns + j], sum + before[i * columns + j], tolerance) << i << ", " << j;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Packed,
                         testing::Values(std::array<size_t, 3>{1, 1, 1}, std::array<size_t, 3>{7, 5, 3},
                                         std::array<size_t, 3>{3, 50, 9}, std::array<size_t, 3>{40, 33, 4},
                                         std::array<size_t, 3>{16, 64, 5}, std::array<size_t, 3>{300, 10, 11},
                                         std::array<size_t, 3>{2, 8, 7}, std::array<size_t, 3>{9, 3, 100},
                                         std::array<size_t, 3>{5, 48, 0}, std::array<size_t, 3>{0, 20, 2},
                                         std::array<size_t, 3>{6, 0, 2}, std::array<size_t, 3>{256, 160, 40}));

// Vectors that are not the processor's widest, where columns do not fill those; rows for each of which there is a loop
// of its own, and more.
TEST(Product, IsTheSameInVectorsOfAnyWidth) {
  constexpr size_t kRows = 40, kDepth = 300;
  const auto x = test::normals({kRows * kDepth}, 1);
  for (size_t width = vectorWidth(); width >= 4; width /= 2) {
    for (const size_t columns : {width, width + 1, 2 * width}) {
      const auto matrix = test::normals({static_cast<int64_t>(kDepth * columns)}, 2);
      std::vector<double> expected(kRows * columns, 0.0);
      for (size_t i = 0; i < kRows; ++i) {
        for (size_t k = 0; k < kDepth; ++k) {
          for (size_t j = 0; j < columns; ++j) expected[i * columns + j] += x[i * kDepth + k] * matrix[k * columns + j];
        }
      }
      for (const size_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25, 40}) {
        SCOPED_TRACE(std::to_string(width) + " wide, " + std::to_string(rows) + " x " + std::to_string(columns));
        std::vector<float> y(kRows * columns, -1.0f);
        multiply({x.data(), kDepth, 1, kDepth}, rows, {matrix.data(), 2 * width, columns, width, columns - width},
                 columns, Into::kPlace, y.data(), columns);
        for (size_t i = 0; i < rows * columns; ++i) EXPECT_NEAR(y[i], expected[i], 1e-4) << i;
        for (size_t i = rows * columns; i < y.size(); ++i) EXPECT_EQ(y[i], -1.0f) << "behind the result";
      }
    }
  }
}

TEST(Product, HasVectorsThatItsColumnsFill) {
  const size_t widest = vectorWidth();
  EXPECT_EQ(vectorWidth(widest), widest);
  EXPECT_EQ(vectorWidth(1000), widest);
  for (const size_t columns : {1, 7, 8, 10, 15}) EXPECT_EQ(vectorWidth(columns), std::min(widest, size_t{8}));
}

TEST(NarrowProduct, IsTheSumOfProductsInVectorsOfAnyWidth) {
  for (size_t width = vectorWidth(); width >= 4; width /= 2) {
    for (const size_t columns : {width + 1, width + 2}) {
      for (const auto& [examples, rows] :
           {std::array<size_t, 2>{10, 784}, {1, 8}, {3, 21}, {300, 11}, {0, 9}, {5, 0}}) {
        SCOPED_TRACE(std::to_string(width) + " wide, " + std::to_string(columns) + " columns, " +
                     std::to_string(examples) + " examples, " + std::to_string(rows) + " rows");
        const auto x = test::normals({static_cast<int64_t>(examples * rows)}, 1),
                   dy = test::normals({static_cast<int64_t>(examples * columns)}, 2),
                   before = test::normals({static_cast<int64_t>(rows * columns)}, 3);
        std::vector<float> w = before;
        addNarrowProduct({x.data(), dy.data(), examples, rows, columns, -0.5f, w.data(), width});
        for (size_t i = 0; i < rows; ++i) {
          for (size_t j = 0; j < columns; ++j) {
            double sum = before[i * columns + j];
            for (size_t k = 0; k < examples; ++k) sum -= 0.5 * x[k * rows + i] * dy[k * columns + j];
            EXPECT_NEAR(w[i * columns + j], sum, 1e-6 * static_cast<double>(examples + 5)) << i << ", " << j;
          }
        }
      }
    }
  }
}

TEST(NarrowProduct, IsOfOneOrTwoColumnsMoreThanAVector) {
  const size_t width = vectorWidth();
  if (width == 1) return;
  for (size_t columns = 0; columns < 3 * width; ++columns) {
    const bool is_more = (columns > width && columns <= width + 2) || (width > 8 && (columns == 9 || columns == 10));
    EXPECT_EQ(isNarrow(columns), is_more) << columns;
  }
}

// For each number of columns, rows beside each other or after one another, and memory behind the result.
TEST(MaskedProduct, IsTheSumOfProducts) {
  for (size_t columns = 1; isMasked(columns); ++columns) {
    for (const auto& [rows, depth] :
         {std::array<size_t, 2>{10, 784}, {1, 3}, {12, 5}, {13, 4}, {31, 2}, {3, 0}, {0, 5}}) {
      for (const bool beside : {false, true}) {
        for (const Into into : {Into::kPlace, Into::kSum}) {
          SCOPED_TRACE(std::to_string(columns) + " columns, " + std::to_string(rows) + " x " + std::to_string(depth));
          const auto x = test::normals({static_cast<int64_t>(rows * depth)}, 1),
                     factor = test::normals({static_cast<int64_t>(depth * columns)}, 2),
                     before = test::normals({static_cast<int64_t>(rows * columns + 16)}, 3);
          std::vector<float> y = before;
          const Rows strides{x.data(), beside ? 1 : depth, beside ? rows : 1, depth};
          multiplyMasked({strides, rows, columns, factor.data(), into, y.data(), -1.0f});
          for (size_t i = 0; i < rows; ++i) {
            for (size_t j = 0; j < columns; ++j) {
              double sum = 0.0;
              for (size_t k = 0; k < depth; ++k)
                sum += x[i * strides.row_stride + k * strides.column_stride] * factor[k * columns + j];
              const double expected = (into == Into::kSum ? before[i * columns + j] : 0.0f) - sum;
              EXPECT_NEAR(y[i * columns + j], expected, 1e-6 * static_cast<double>(depth + 5)) << i << ", " << j;
            }
          }
          for (size_t i = rows * columns; i < y.size(); ++i) EXPECT_EQ(y[i], before[i]) << "behind the result";
        }
      }
    }
  }
}

TEST(MaskedProduct, IsOfColumnsThatAVectorOfSixteenHolds) {
  for (const size_t columns : {0, 17, 32}) EXPECT_FALSE(isMasked(columns));
  for (const size_t columns : {1, 10, 16}) EXPECT_EQ(isMasked(columns), vectorWidth() == 16);
}

}  // namespace
}  // namespace tf
