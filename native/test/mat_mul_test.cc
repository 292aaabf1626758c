#include <array>

#include "support.h"

namespace tf {
namespace {

constexpr int64_t kRows[] = {0, 1, 3, 6, 7, 10, 20, 64, 65};
constexpr int64_t kDepths[] = {0, 1, 5, 255, 256, 257, 784};

// Its parameter is the number of columns: what is read where it is, and what is packed before, depends on them.
class MatMul : public testing::TestWithParam<int64_t> {};

TEST_P(MatMul, IsLibtensorflowsProduct) {
  const int64_t columns = GetParam();
  struct Form {
    const char* op;
    bool transposed_a, transposed_b;
  };
  for (const auto& [op, transposed_a, transposed_b] :
       {Form{"FedkerasMatMul", false, false}, Form{"FedkerasMatMulTransposedA", true, false},
        Form{"FedkerasMatMulTransposedB", false, true}}) {
    test::Builder builder;
    const Endpoint a = builder.placeholder(TF_FLOAT, Shape{}), b = builder.placeholder(TF_FLOAT, Shape{});
    const Computation products(
        builder.graph, std::vector{a, b},
        std::vector{builder.add(op, {a, b}),
                    builder.add("MatMul", {a, b}, {{"transpose_a", transposed_a}, {"transpose_b", transposed_b}})},
        {}, test::callerRuns());
    for (const int64_t rows : kRows) {
      for (const int64_t depth : kDepths) {
        SCOPED_TRACE(op + (": " + std::to_string(rows)) + " x " + std::to_string(depth));
        const std::vector<int64_t> of_a = transposed_a ? std::vector{depth, rows} : std::vector{rows, depth},
                                   of_b = transposed_b ? std::vector{columns, depth} : std::vector{depth, columns};
        const auto results = test::run(
            products, {test::tensor(of_a, test::normals(of_a, 1)), test::tensor(of_b, test::normals(of_b, 2))});
        // A sum of products of about 1 grows with the root of their number, and is rounded as often.
        test::expectNear(results[0], results[1], 1e-6f + 3e-7f * static_cast<float>(depth));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, MatMul,
                         testing::Values(0, 1, 2, 7, 8, 10, 15, 16, 17, 24, 32, 33, 36, 40, 48, 62, 64, 96, 100, 200));

TEST(MatMul, KnowsItsShape) {
  test::Builder b;
  const Endpoint x = b.placeholder(TF_FLOAT, Shape{{2, 5}}), y = b.placeholder(TF_FLOAT, Shape{{5, 3}}),
                 z = b.placeholder(TF_FLOAT, Shape{{2, 3}});
  EXPECT_EQ(b.graph->shape(b.add("FedkerasMatMul", {x, y})), (Shape{{2, 3}}));
  EXPECT_EQ(b.graph->shape(b.add("FedkerasMatMulTransposedA", {x, z})), (Shape{{5, 3}}));
  EXPECT_EQ(b.graph->shape(b.add("FedkerasMatMulTransposedB", {z, y})), (Shape{{2, 5}}));
}

TEST(MatMul, RefusesFactorsThatDoNotFit) {
  const auto run = [](const std::string& op, const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
    test::Builder builder;
    const Endpoint x = builder.placeholder(TF_FLOAT, Shape{}), y = builder.placeholder(TF_FLOAT, Shape{});
    test::evaluate(builder.graph, {builder.add(op, {x, y})},
                   {{x, test::tensor(a, test::normals(a, 1))}, {y, test::tensor(b, test::normals(b, 2))}});
  };
  EXPECT_NO_THROW(run("FedkerasMatMul", {2, 3}, {3, 4}));
  EXPECT_ERROR(run("FedkerasMatMul", {2, 3}, {2, 4}), TF_INVALID_ARGUMENT, "received 3 columns and 2 rows");
  EXPECT_ERROR(run("FedkerasMatMulTransposedA", {2, 3}, {3, 4}), TF_INVALID_ARGUMENT, "the factors must fit");
  EXPECT_ERROR(run("FedkerasMatMulTransposedB", {2, 3}, {3, 4}), TF_INVALID_ARGUMENT, "the factors must fit");
  EXPECT_ERROR(run("FedkerasMatMul", {2, 3, 1}, {3, 4}), TF_INVALID_ARGUMENT, "input 0 must have 2 dimensions");
  EXPECT_ERROR(run("FedkerasMatMul", {2, 3}, {3}), TF_INVALID_ARGUMENT, "input 1 must have 2 dimensions");
}

}  // namespace
}  // namespace tf
