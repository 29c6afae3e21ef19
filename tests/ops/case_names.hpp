// The table of op cases as parameters of GoogleTest.
#pragma once

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <vector>

#include "tests/ops/op_cases.hpp"
#include <gtest/gtest.h>

namespace gradtable::testing {

// "operator/ number_on_the_left" -> "operator_over_number_on_the_left"
inline std::string test_name(const std::string& case_name) {
  std::string name;
  for (const char c : case_name) {
    if (c == '+') name += "_plus";
    if (c == '-') name += "_minus";
    if (c == '*') name += "_times";
    if (c == '/') name += "_over";
    if (c == '<') name += "_less";
    if (c == '>') name += "_greater";
    if (c == '=') name += "_or_equal";
    if (c == '[') name += "_index";
    if (c == ' ') name += '_';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') name += c;
  }
  return name;
}

inline std::string name_of_case(const ::testing::TestParamInfo<OpCase>& info) {
  return test_name(info.param.name);
}

template <class Predicate>
std::vector<OpCase> cases_where(Predicate predicate) {
  std::vector<OpCase> chosen;
  std::ranges::copy_if(op_cases(), std::back_inserter(chosen), predicate);
  return chosen;
}

}  // namespace gradtable::testing
