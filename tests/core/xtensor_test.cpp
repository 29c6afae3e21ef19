#include "gradtable/core/xtensor.hpp"

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::elements_of;

TEST(AsXtensor, LooksAtTheArraysOwnMemory) {
  Array array = Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  auto x = as_xtensor<float>(array);
  EXPECT_EQ(static_cast<const void*>(x.data()), array.view().data);
  EXPECT_EQ(x.dimension(), 2U);
  EXPECT_EQ(x.shape(0), 2U);
  EXPECT_EQ(x.shape(1), 3U);
  EXPECT_EQ(x(1, 0), 4);
}

TEST(AsXtensor, WritesThrough) {
  Array array = Array::of<double>({2, 2}, {1, 2, 3, 4});
  as_xtensor<double>(array) *= 10;
  EXPECT_EQ(elements_of<double>(array), (std::vector<double>{10, 20, 30, 40}));
  auto x = as_xtensor<double>(array);
  xt::view(x, 1) = 0;
  x(0, 1) = 7;
  EXPECT_EQ(elements_of<double>(array), (std::vector<double>{10, 7, 0, 0}));
  const void* data = array.view().data;
  x = xt::exp(xt::zeros<double>({2, 2}));
  EXPECT_EQ(elements_of<double>(array), std::vector<double>(4, 1));
  EXPECT_EQ(array.view().data, data);
}

TEST(AsXtensor, WritesThroughAView) {
  Array array(DType::int32, {2});
  as_xtensor<std::int32_t>(array.view()) += 3;
  EXPECT_EQ(elements_of<std::int32_t>(array), (std::vector<std::int32_t>{3, 3}));
}

TEST(AsXtensor, LooksAtBytes) {
  Array array = Array::of<std::uint8_t>({2}, {3, 250});
  as_xtensor<std::uint8_t>(array) += std::uint8_t{5};
  EXPECT_EQ(elements_of<std::uint8_t>(array), (std::vector<std::uint8_t>{8, 255}));
  EXPECT_EQ(to_array(xt::cast<std::uint8_t>(as_xtensor<std::uint8_t>(array))).dtype(), DType::uint8);
}

TEST(AsXtensor, OnlyReadsWhatIsConst) {
  const Array array = Array::of<float>({3}, {1, 2, 3});
  const auto x = as_xtensor<float>(array);
  static_assert(std::is_same_v<decltype(x(0)), const float&>);
  EXPECT_EQ(static_cast<const void*>(x.data()), array.view().data);
  EXPECT_EQ(xt::sum(x)(), 6);
}

TEST(AsXtensor, ReadsTheUsersMemory) {
  const std::vector<float> numbers = {1, 2, 3, 4};
  const auto x = as_xtensor<float>(ConstView(std::span<const float>(numbers), {2, 2}));
  EXPECT_EQ(x.data(), numbers.data());
  EXPECT_EQ(x(1, 1), 4);
}

template <class A>
concept Adaptable = requires(A&& array) {
  as_xtensor<float>(std::forward<A>(array));
};

TEST(AsXtensor, DoesNotTakeAnArrayThatIsAboutToGo) {
  static_assert(Adaptable<Array&> && Adaptable<const Array&>);
  static_assert(!Adaptable<Array>);
}

TEST(AsXtensor, RefusesAnotherElementType) {
  Array array(DType::float32, {2});
  EXPECT_THROW(as_xtensor<double>(array), ShapeError);
  EXPECT_THROW(as_xtensor<std::int32_t>(std::as_const(array)), ShapeError);
}

TEST(AsXtensor, RefusesToGrow) {
  Array array(DType::float32, {2});
  auto x = as_xtensor<float>(array);
  const xt::xarray<float> larger = {1, 2, 3};
  EXPECT_THROW(x = larger, std::runtime_error);
  EXPECT_EQ(elements_of<float>(array), (std::vector<float>{0, 0}));
}

TEST(AsXtensor, TakesScalarsAndSizeZero) {
  Array scalar = full({}, 2.5);
  EXPECT_EQ(as_xtensor<float>(scalar)(), 2.5F);
  EXPECT_EQ(as_xtensor<float>(scalar).dimension(), 0U);
  Array nothing(DType::float32, {3, 0});
  EXPECT_EQ(as_xtensor<float>(nothing).size(), 0U);
  EXPECT_EQ(to_array(as_xtensor<float>(nothing) + 1.0F).shape(), (Shape{3, 0}));
}

TEST(Array, IsMadeOfContainersOfXtensorInTheirShape) {
  const xt::xarray<float> x = {{1, 2, 3}, {4, 5, 6}};
  const Array a = x;
  EXPECT_EQ(a.type(), (TensorType{DType::float32, {2, 3}}));
  EXPECT_EQ(elements_of<float>(a), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(ConstView(x).data, x.data());
  EXPECT_EQ(Array(xt::xtensor<double, 1>({1, 2})).shape(), Shape{2});
  EXPECT_EQ(Array(x, {3, 2}).shape(), (Shape{3, 2}));
  EXPECT_EQ(Array(xt::xarray<float>(7.0F)).shape(), Shape());
  EXPECT_EQ(Array(xt::xarray<std::int64_t>({1, 2})).dtype(), DType::int32);
}

TEST(Array, IsMadeOfViewsOfXtensorThatHaveNoHoles) {
  const xt::xarray<float> x = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(elements_of<float>(Array(xt::view(x, 1))), (std::vector<float>{4, 5, 6}));
  EXPECT_THROW(Array(xt::view(x, xt::all(), 1)), ShapeError);
  const xt::xarray<float, xt::layout_type::column_major> columns = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_THROW(Array{columns}, ShapeError);
}

TEST(ToArray, EvaluatesAnExpression) {
  const Array a = Array::of<double>({2, 1}, {1, 2});
  const Array b = Array::of<double>({3}, {10, 20, 30});
  const Array sum = to_array(as_xtensor<double>(a) + as_xtensor<double>(b));
  EXPECT_EQ(sum.type(), (TensorType{DType::float64, {2, 3}}));
  EXPECT_EQ(elements_of<double>(sum), (std::vector<double>{11, 21, 31, 12, 22, 32}));
}

TEST(ToArray, TakesEveryElementType) {
  EXPECT_EQ(to_array(xt::xarray<float>({1, 2})).dtype(), DType::float32);
  EXPECT_EQ(to_array(xt::xtensor<double, 1>({1, 2})).dtype(), DType::float64);
  EXPECT_EQ(elements_of<std::int32_t>(to_array(xt::xarray<std::int32_t>({1, -2}))),
            (std::vector<std::int32_t>{1, -2}));
}

TEST(ToArray, IsRowMajorWhateverTheLayout) {
  const xt::xarray<float, xt::layout_type::column_major> columns = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(elements_of<float>(to_array(columns)), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const xt::xarray<float> rows = {{1, 2, 3}, {4, 5, 6}};
  const Array transposed = to_array(xt::transpose(rows));
  EXPECT_EQ(transposed.shape(), (Shape{3, 2}));
  EXPECT_EQ(elements_of<float>(transposed), (std::vector<float>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(elements_of<float>(to_array(xt::view(rows, xt::all(), 1))), (std::vector<float>{2, 5}));
}

TEST(ToArray, TakesAReductionToAScalar) {
  const xt::xarray<double> x = {1, 2, 3};
  const Array sum = to_array(xt::sum(x));
  EXPECT_EQ(sum.shape(), Shape());
  EXPECT_EQ(sum.item(), 6);
}

TEST(ToArray, CopiesSoThatTheSourceMayChange) {
  xt::xarray<float> x = {1, 2};
  const Array array = to_array(x);
  x(0) = 9;
  EXPECT_EQ(elements_of<float>(array), (std::vector<float>{1, 2}));
}

TEST(ToArray, RefusesMoreAxesThanAShapeHas) {
  const xt::xarray<float> x = xt::zeros<float>(std::vector<std::size_t>(9, 1));
  EXPECT_THROW(to_array(x), ShapeError);
}

}  // namespace
}  // namespace gradtable
