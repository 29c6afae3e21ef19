#include "gradtable/core/error.hpp"

#include <stdexcept>
#include <type_traits>

#include <gtest/gtest.h>

namespace gradtable {
namespace {

template <class T>
class Errors : public ::testing::Test {};
using All = ::testing::Types<ShapeError, GraphError, GradientError, ConfigError, DataError, OutputError,
                             NumericError>;
TYPED_TEST_SUITE(Errors, All);

TYPED_TEST(Errors, AreCaughtAsOneClassAndAsStandardErrors) {
  static_assert(std::is_base_of_v<Error, TypeParam> && std::is_base_of_v<std::runtime_error, TypeParam>);
  try {
    throw TypeParam("matmul: expected a, got b");
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "matmul: expected a, got b");
  }
}

TYPED_TEST(Errors, StayOneLineThatShowsWhatItHolds) {
  EXPECT_STREQ(TypeParam("input a\nb\u202Ecba\xff").what(), "input a\\nb\\xe2\\x80\\xaecba\\xff");
}

TYPED_TEST(Errors, SayMoreAndStayWhatTheyAre) {
  try {
    try {
      throw TypeParam("op: expected a");
    } catch (Error& error) {
      error.append(", in loss\n");
      throw;
    }
  } catch (const TypeParam& error) {
    const TypeParam copy = error;
    EXPECT_STREQ(copy.what(), "op: expected a, in loss\\n");
  }
}

Location called_from(Location at = Location::current()) {
  return at;
}

TEST(Location, PrintsFileAndLineOfTheCall) {
  const int line = __LINE__ + 1;
  const Location at = called_from();
  EXPECT_EQ(to_string(at), std::string(__FILE__) + ":" + std::to_string(line));
}

}  // namespace
}  // namespace gradtable
