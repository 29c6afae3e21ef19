#include "gradtable/core/array.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::elements_of;
using testing::message_of;

TEST(Array, BeginsAtACacheLine) {
  for (const std::int64_t size : {0, 1, 3, 15, 16, 17, 1000}) {
    for (const DType dtype : {DType::float32, DType::float64, DType::int32, DType::uint8}) {
      const Array array(dtype, Shape{size});
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.view().data) % 64, 0U) << size;
    }
  }
}

TEST(Array, IsZeroUnlessTold) {
  EXPECT_EQ(elements_of<float>(Array(DType::float32, {2, 2})), std::vector<float>(4, 0.0F));
  EXPECT_EQ(elements_of<std::int32_t>(zeros({3}, DType::int32)), std::vector<std::int32_t>(3, 0));
  EXPECT_EQ(elements_of<double>(full({2}, 0.1, DType::float64)), std::vector<double>(2, 0.1));
  EXPECT_EQ(elements_of<float>(full({2}, 0.1)), std::vector<float>(2, 0.1F));
}

TEST(Array, IsEmptyByDefault) {
  const Array array;
  EXPECT_EQ(array.shape(), Shape{0});
  EXPECT_TRUE(array.as<float>().empty());
}

TEST(Array, MayHaveSizeZero) {
  Array array(DType::float64, {3, 0});
  EXPECT_NE(array.view().data, nullptr);
  EXPECT_TRUE(array.as<double>().empty());
  EXPECT_EQ(Array(array).shape(), (Shape{3, 0}));
  EXPECT_EQ(cast(array, DType::int32).type(), (TensorType{DType::int32, {3, 0}}));
  EXPECT_EQ(Array::of<float>({0}, {}).shape(), Shape{0});
}

TEST(Array, CopiesItsNumbers) {
  Array first = Array::of<double>({2}, {1, 2});
  Array second = first;
  second.as<double>()[0] = 5;
  EXPECT_EQ(elements_of<double>(first), (std::vector<double>{1, 2}));
  first = second;
  second.as<double>()[1] = 7;
  EXPECT_EQ(elements_of<double>(first), (std::vector<double>{5, 2}));
}

TEST(Array, SurvivesAssignmentToItself) {
  Array array = Array::of<float>({2}, {1, 2});
  const Array& same = array;
  array = same;
  EXPECT_EQ(elements_of<float>(array), (std::vector<float>{1, 2}));
}

TEST(Array, MovesItsBuffer) {
  Array first = Array::of<float>({2}, {1, 2});
  const void* data = first.view().data;
  const Array second = std::move(first);
  EXPECT_EQ(second.view().data, data);
}

TEST(Array, IsEmptyAfterAMove) {
  Array first = Array::of<float>({2}, {1, 2});
  const Array second = std::move(first);
  EXPECT_EQ(first.shape(), Shape{0});  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(first.as<float>().empty());
  EXPECT_EQ(Array(first).shape(), Shape{0});
  Array third = Array::of<double>({1}, {3});
  first = std::move(third);
  EXPECT_EQ(elements_of<double>(first), std::vector<double>{3});
  EXPECT_EQ(Array(third).shape(), Shape{0});  // NOLINT(bugprone-use-after-move)
}

TEST(Array, RefusesAWrongNumberOfValues) {
  EXPECT_EQ(message_of<ShapeError>([] {
              Array::of<float>({2, 2}, {1, 2, 3});
            }),
            "array: expected 4 values for shape (2,2), got 3");
  EXPECT_THROW(Array::of<float>({0}, {1}), ShapeError);
}

TEST(Array, RefusesAnotherElementType) {
  Array array(DType::float32, {2});
  EXPECT_EQ(message_of<ShapeError>([&] { array.as<double>(); }),
            "as: expected the array's element type float32, got float64");
  EXPECT_THROW(array.as<std::int32_t>(), ShapeError);
  EXPECT_THROW(std::as_const(array).as<double>(), ShapeError);
  EXPECT_THROW(Array(DType::int32, {2}).view().as<float>(), ShapeError);
}

TEST(View, LooksAtTheSameNumbers) {
  Array array = Array::of<std::int32_t>({3}, {1, 2, 3});
  const View view = array.view();
  view.as<std::int32_t>()[2] = 9;
  const ConstView seen = view;
  EXPECT_EQ(elements_of<std::int32_t>(seen), (std::vector<std::int32_t>{1, 2, 9}));
  EXPECT_EQ(seen.data, array.view().data);
}

TEST(ConstView, LooksAtTheUsersMemory) {
  std::vector<float> numbers(6);
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  const ConstView view(std::span<const float>(numbers), {2, 3});
  EXPECT_EQ(view.data, numbers.data());
  EXPECT_EQ(view.type, (TensorType{DType::float32, {2, 3}}));
  EXPECT_EQ(elements_of<float>(Array(view)), numbers);
  EXPECT_THROW(ConstView(std::span<const float>(numbers), {7}), ShapeError);
}

TEST(ConstView, RefusesElementsAtAnAddressThatIsNoneForThem) {
  alignas(8) std::array<std::byte, 20> bytes{};
  const std::int32_t seven = 7;
  std::memcpy(bytes.data() + 1, &seven, sizeof seven);
  const ConstView odd({DType::int32, Shape{}}, bytes.data() + 1);
  EXPECT_TRUE(message_of<ShapeError>([&] {
                odd.as<std::int32_t>();
              }).starts_with("as: expected int32 at a multiple of 4 bytes, got the address 0x"));
  EXPECT_THROW(odd.item(), ShapeError);
  EXPECT_THROW(cast(odd, DType::float64), ShapeError);
  EXPECT_THROW((View{odd.type, bytes.data() + 1}.as<std::int32_t>()), ShapeError);
  EXPECT_EQ(Array(odd).item(), 7) << "a copy lies well";
  EXPECT_THROW(ConstView({DType::float64, Shape{}}, bytes.data() + 4).item(), ShapeError);
  EXPECT_EQ(ConstView({DType::uint8, Shape{}}, bytes.data() + 1).item(), 7) << "bytes lie anywhere";
}

TEST(Item, IsTheOnlyElementOfWhicheverType) {
  EXPECT_EQ(full({}, 0.5, DType::float32).item(), 0.5);
  EXPECT_EQ(full({1, 1}, 0.1, DType::float64).item(), 0.1);
  EXPECT_EQ(full({}, -3, DType::int32).item(), -3.0);
}

TEST(Item, RefusesMoreOrLessThanOneElement) {
  EXPECT_EQ(message_of<ShapeError>([] { zeros({2}).item(); }),
            "item: expected an array of one element, got shape (2)");
  EXPECT_THROW(zeros({0}).item(), ShapeError);
}

TEST(Cast, RoundsToTheNearestFloat) {
  const Array wide = Array::of<double>({3}, {0.1, 16777217.0, -2.5});
  const Array narrow = cast(wide, DType::float32);
  EXPECT_EQ(elements_of<float>(narrow), (std::vector<float>{0.1F, 16777216.0F, -2.5F}));
  EXPECT_EQ(elements_of<double>(cast(narrow, DType::float64)),
            (std::vector<double>{double{0.1F}, 16777216.0, -2.5}));
}

TEST(Cast, CutsOffTowardsZeroForIntegers) {
  EXPECT_EQ(elements_of<std::int32_t>(cast(Array::of<float>({4}, {1.9F, -1.9F, 0.5F, -7}), DType::int32)),
            (std::vector<std::int32_t>{1, -1, 0, -7}));
}

TEST(Cast, RefusesWhatAnIntegerCannotHold) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double value : {nan, 2147483648.0, -2147483649.0, 1e300}) {
    EXPECT_THROW(cast(full({2}, value, DType::float64), DType::int32), NumericError) << value;
    EXPECT_THROW(full({}, value, DType::int32), NumericError) << value;
  }
  EXPECT_EQ(cast(full({}, 2147483647.5, DType::float64), DType::int32).item(), 2147483647);
  EXPECT_EQ(cast(full({}, -2147483648.5, DType::float64), DType::int32).item(), -2147483648.0);
}

TEST(Cast, TakesBytesFromZeroTo255) {
  const Array bytes = Array::of<std::uint8_t>({3}, {0, 128, 255});
  for (const DType dtype : {DType::float32, DType::float64, DType::int32}) {
    const Array wide = cast(bytes, dtype);
    EXPECT_EQ(elements_of<double>(cast(wide, DType::float64)), (std::vector<double>{0, 128, 255}));
    EXPECT_EQ(elements_of<std::uint8_t>(cast(wide, DType::uint8)), elements_of<std::uint8_t>(bytes));
  }
  for (const double value : {-1.0, 256.0, std::nan("")})
    EXPECT_THROW(cast(full({2}, value, DType::float64), DType::uint8), NumericError) << value;
  for (const std::int32_t value : {-1, 256})
    EXPECT_THROW(cast(Array::of<std::int32_t>({1}, {value}), DType::uint8), NumericError) << value;
  EXPECT_EQ(cast(full({}, 255.9), DType::uint8).item(), 255);
  EXPECT_EQ(full({}, -0.9, DType::uint8).item(), 0);
}

TEST(Cast, SaysWhichTypeCannotHoldTheNumber) {
  try {
    cast(Array::of<std::int32_t>({1}, {300}), DType::uint8);
    FAIL() << "nothing thrown";
  } catch (const NumericError& error) {
    EXPECT_STREQ(error.what(), "cast: expected a number that uint8 can hold, got 300");
  }
}

TEST(Cast, WritesIntoMemoryOfTheSameShapeOnly) {
  Array result(DType::float32, {2});
  cast(Array::of<std::uint8_t>({2}, {7, 9}), result.view());
  EXPECT_EQ(elements_of<float>(result), (std::vector<float>{7, 9}));
  EXPECT_EQ(message_of<ShapeError>([&] { cast(zeros({3}), result.view()); }),
            "cast: expected a result of shape (3), got (2)");
}

TEST(Cast, KeepsShapeAndSpecialValues) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Array result = cast(Array::of<double>({1, 2}, {-infinity, std::nan("")}), DType::float32);
  EXPECT_EQ(result.shape(), (Shape{1, 2}));
  EXPECT_EQ(result.as<float>()[0], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(result.as<float>()[1]));
}

TEST(TensorType, SaysItsBytesAndPrints) {
  EXPECT_EQ((TensorType{DType::float64, {3, 2}}.bytes()), 48U);
  EXPECT_EQ((TensorType{DType::int32, {}}.bytes()), 4U);
  EXPECT_EQ((TensorType{DType::uint8, {3, 2}}.bytes()), 6U);
  EXPECT_EQ(to_string(TensorType{DType::uint8, {3}}), "uint8 (3)");
  EXPECT_EQ(to_string(TensorType{DType::float32, {64, 784}}), "float32 (64,784)");
}

TEST(Array, CopiesAnyRangeOfNumbers) {
  const std::vector<double> doubles = {1, 2, 3};
  const std::array<float, 2> floats = {0.5F, 7};
  const std::int32_t of_c[] = {1, 2, 3, 4};
  std::vector<std::uint8_t> bytes = {200, 3};
  const Array a = doubles, b = floats, c = of_c, d = std::span(bytes), e = a.view();
  EXPECT_EQ(a.type(), (TensorType{DType::float64, {3}}));
  EXPECT_EQ(elements_of<double>(a), doubles);
  EXPECT_EQ(elements_of<float>(b), (std::vector<float>{0.5F, 7}));
  EXPECT_EQ(elements_of<std::int32_t>(c), (std::vector<std::int32_t>{1, 2, 3, 4}));
  EXPECT_EQ(elements_of<std::uint8_t>(d), bytes);
  EXPECT_EQ(elements_of<double>(e), doubles);
  EXPECT_EQ(Array(of_c, {2, 2}).shape(), (Shape{2, 2}));
  EXPECT_EQ(message_of<ShapeError>([&] {
              Array(doubles, {2, 2});
            }),
            "array: expected 4 values for shape (2,2), got 3");
  EXPECT_EQ(Array(std::vector<float>{}).shape(), Shape{0});
}

TEST(Array, TakesOtherIntegersThatInt32Has) {
  const std::vector<std::int64_t> labels = {0, -7, std::numeric_limits<std::int32_t>::max()};
  EXPECT_EQ(elements_of<std::int32_t>(Array(labels)),
            (std::vector<std::int32_t>{0, -7, std::numeric_limits<std::int32_t>::max()}));
  EXPECT_EQ(Array(std::vector<std::int64_t>{1, 2}, {2, 1}).type(), (TensorType{DType::int32, {2, 1}}));
  EXPECT_EQ(elements_of<std::int32_t>(Array(std::vector<std::size_t>{3})), std::vector<std::int32_t>{3});
  EXPECT_EQ(elements_of<std::int32_t>(Array(std::vector<short>{-3})), std::vector<std::int32_t>{-3});
  EXPECT_EQ(message_of<DataError>([] {
              Array(std::vector<std::int64_t>{1, 2147483648});
            }),
            "array: expected integers from -2147483648 to 2147483647, which int32 has, got 2147483648 at 1");
  EXPECT_TRUE(message_of<DataError>([] {
                Array(std::vector<std::uint64_t>{18446744073709551615ULL});
              }).ends_with("got 18446744073709551615 at 0"));
}

TEST(Array, TakesRowsOfNumbers) {
  const Array a = std::vector<std::vector<double>>{{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(a.type(), (TensorType{DType::float64, {2, 3}}));
  EXPECT_EQ(elements_of<double>(a), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(Array(std::vector<std::array<float, 2>>{{1, 2}}).type(), (TensorType{DType::float32, {1, 2}}));
  EXPECT_EQ(Array(std::vector<std::vector<std::vector<int>>>{{{1}, {2}}, {{3}, {4}}}).shape(),
            (Shape{2, 2, 1}));
  EXPECT_EQ(Array(std::vector<std::vector<std::int64_t>>{{1}, {2}}).dtype(), DType::int32);
  EXPECT_EQ(message_of<ShapeError>([] {
              Array(std::vector<std::vector<float>>{{1, 2, 3}, {4, 5}});
            }),
            "array: expected rows of one shape, got (3) and (2)");
  EXPECT_TRUE(message_of<DataError>([] {
                Array(std::vector<std::vector<std::int64_t>>{{1, 2}, {3, 1LL << 40}});
              }).ends_with("got 1099511627776 at 3"));
  EXPECT_EQ(Array::of_rows<float>({{1}, {2}}).shape(), (Shape{2, 1}));
  EXPECT_EQ(Array::of<float>({1, 2, 3}).shape(), Shape{3});
}

TEST(Array, HasElementsAndRows) {
  Array a = Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Array& same = a;
  EXPECT_EQ(same[1][2].item(), 6);
  EXPECT_EQ(same[-1].shape(), Shape{3});
  EXPECT_EQ(same[-1].data, &same.at<float>({1, 0}));
  EXPECT_EQ(elements_of<float>(same.rows(1, 1)), (std::vector<float>{4, 5, 6}));
  EXPECT_EQ(same.rows(2, 0).shape(), (Shape{0, 3}));
  a.at<float>({0, -1}) = 9;
  a[1].assign(Array::of<std::int32_t>({7, 8, 9}));
  EXPECT_EQ(elements_of<float>(a), (std::vector<float>{1, 2, 9, 7, 8, 9}));
}

TEST(Array, HasNoOtherElementsAndRows) {
  const Array a = zeros({2, 3});
  EXPECT_EQ(message_of<ShapeError>([&] { a[2]; }),
            "array: expected an index in [-2,2) of shape (2,3), got 2");
  EXPECT_THROW(a[-3], ShapeError);
  EXPECT_THROW(a[0][0][0], ShapeError);
  EXPECT_EQ(message_of<ShapeError>([&] { a.rows(1, 2); }),
            "array: expected rows of the 2 of shape (2,3), got 2 from 1 on");
  EXPECT_THROW(a.rows(-1, 1), ShapeError);
  EXPECT_THROW(a.rows(0, std::numeric_limits<std::int64_t>::max()), ShapeError);
  EXPECT_EQ(message_of<ShapeError>([&] {
              a.at<float>({0, 3});
            }),
            "at: expected an index in [-3,3) for axis 1 of shape (2,3), got 3");
  EXPECT_EQ(message_of<ShapeError>([&] { a.at<float>({0}); }),
            "at: expected 2 indices for shape (2,3), got 1");
  EXPECT_THROW(a.at<double>({0, 0}), ShapeError);
}

// Of a temporary, parts are copies.
TEST(Array, KeepsPartsOfTemporaries) {
  const auto part = zeros({3, 2}).rows(1, 2);
  static_assert(std::is_same_v<decltype(part), const Array>);
  static_assert(std::is_same_v<decltype(zeros({2})[0]), Array>);
  EXPECT_EQ(part.shape(), (Shape{2, 2}));
}

template <class T>
concept RowIsAssigned = requires(T array) {
  array[0] = array[1];
};

// It would change the view, not the array.
TEST(View, IsNotAssignedToWhereItIsARow) {
  static_assert(!RowIsAssigned<Array> && !RowIsAssigned<View>);
}

TEST(Array, TakesAnotherShape) {
  const Array a = Array::of<float>({1, 2, 3, 4}).reshaped({2, 2});
  EXPECT_EQ(a[1][0].item(), 3);
  EXPECT_THROW(a.reshaped({3}), ShapeError);
}

TEST(ConstView, IsMadeOfAnyRangeOfElements) {
  const std::vector<float> numbers = {1, 2};
  const ConstView view = numbers;
  EXPECT_EQ(view.data, numbers.data());
  EXPECT_EQ(view.type, (TensorType{DType::float32, {2}}));
  static_assert(!std::is_constructible_v<ConstView, const std::vector<std::int64_t>&>);
  static_assert(!std::is_constructible_v<ConstView, const std::string&>);
  static_assert(!std::is_constructible_v<Array, const std::string&>);
  static_assert(!std::is_constructible_v<Array, const std::vector<std::string>&>);
}

TEST(ConstView, HasNoElementsUnlessTold) {
  EXPECT_EQ(ConstView{}.shape().size(), 0);
  EXPECT_EQ(Array(ConstView{}).shape(), Shape{0});
  EXPECT_THROW(Array(ConstView({DType::float32, {3}}, nullptr)), ShapeError);
}

}  // namespace
}  // namespace gradtable
