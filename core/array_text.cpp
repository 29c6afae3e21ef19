// Numbers as NumPy 2 prints them.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/array.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kMostShown = 1000, kShownAtEnds = 3;
constexpr std::size_t kLineWidth = 75;
constexpr int kDigits = 8;  // behind the point

// A number, cut in front of its point, with the point, and in front of its exponent: "-1", ".5", "e+10".
struct Digits {
  std::string whole, fraction, exponent;
};

// The indices along an axis that are shown.
std::vector<std::int64_t> shown(std::int64_t extent, bool is_short) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < extent; ++i) {
    if (is_short && extent > 2 * kShownAtEnds && i == kShownAtEnds) i = extent - kShownAtEnds;
    indices.push_back(i);
  }
  return indices;
}

template <class T, class Visit>
void visit_shown(const ConstView& values, bool is_short, const Visit& visit) {
  if (values.shape().rank() == 0) {
    visit(values.as<T>()[0]);
    return;
  }
  for (const std::int64_t i : shown(values.shape()[0], is_short)) visit_shown<T>(values[i], is_short, visit);
}

// The shortest digits that are read as the same number; at most 8 behind the point, without zeros at their
// end.
template <class T>
std::string digits_of(T number, std::chars_format format) {
  std::array<char, 512> buffer{};
  char* const last = buffer.data() + buffer.size();
  std::string text(buffer.data(), std::to_chars(buffer.data(), last, number, format).ptr);
  const std::size_t point = text.find('.'), end = std::min(text.find('e'), text.size());
  if (point == std::string::npos || end - point - 1 <= kDigits) return text;
  text.assign(buffer.data(), std::to_chars(buffer.data(), last, number, format, kDigits).ptr);
  const std::size_t exponent = std::min(text.find('e'), text.size());
  std::string mantissa = text.substr(0, exponent);
  while (mantissa.ends_with('0')) mantissa.pop_back();
  return mantissa + text.substr(exponent);
}

template <class T>
Digits cut(T number, std::chars_format format) {
  const std::string text = digits_of(number, format);
  const std::size_t exponent = std::min(text.find('e'), text.size()),
                    point = std::min(text.find('.'), exponent);
  std::string fraction = text.substr(point, exponent - point);
  if (fraction.empty()) fraction = ".";
  return {text.substr(0, point), fraction, text.substr(exponent)};
}

std::string padded_left(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string not_finite(double number) {
  if (std::isnan(number)) return "nan";
  return number < 0 ? "-inf" : "inf";
}

// How all shown numbers are written, so that their points stand one below the other.
template <class T>
class Format {
 public:
  explicit Format(const ConstView& values, bool is_short) {
    if constexpr (std::is_floating_point_v<T>) {
      choose(values, is_short);
      measure(values, is_short);
    } else {
      visit_shown<T>(values, is_short,
                     [&](T number) { whole_ = std::max(whole_, fmt::format("{}", number).size()); });
    }
  }

  std::string operator()(T number) const {
    if constexpr (!std::is_floating_point_v<T>) {
      return padded_left(fmt::format("{}", number), whole_);
    } else {
      if (!std::isfinite(number)) return padded_left(not_finite(number), whole_ + fraction_ + exponent_);
      Digits digits = cut(number, format_);
      const char fill = format_ == std::chars_format::fixed ? ' ' : '0';
      digits.fraction.append(fraction_ - digits.fraction.size(), fill);
      if (!digits.exponent.empty()) digits.exponent.insert(2, exponent_ - digits.exponent.size(), '0');
      return padded_left(digits.whole, whole_) + digits.fraction + digits.exponent;
    }
  }

 private:
  // By powers of ten, where the numbers are very large, very small, or both.
  void choose(const ConstView& values, bool is_short) {
    T least = 0, most = 0;
    visit_shown<T>(values, is_short, [&](T number) {
      const T size = std::fabs(number);
      if (!std::isfinite(size) || size == 0) return;
      least = most == 0 ? size : std::min(least, size);
      most = std::max(most, size);
    });
    constexpr T kLarge = std::is_same_v<T, float> ? 1e6 : 1e8;
    if (most >= kLarge || (most > 0 && (least < static_cast<T>(1e-4) || most / least > T{1000})))
      format_ = std::chars_format::scientific;
  }

  void measure(const ConstView& values, bool is_short) {
    std::size_t other = 0;
    visit_shown<T>(values, is_short, [&](T number) {
      if (!std::isfinite(number)) {
        other = std::max(other, not_finite(number).size());
        return;
      }
      const Digits digits = cut(number, format_);
      whole_ = std::max(whole_, digits.whole.size());
      fraction_ = std::max(fraction_, digits.fraction.size());
      exponent_ = std::max(exponent_, digits.exponent.size());
    });
    whole_ = std::max(whole_, other - std::min(other, fraction_ + exponent_));
  }

  std::chars_format format_ = std::chars_format::fixed;
  std::size_t whole_ = 0, fraction_ = 0, exponent_ = 0;
};

// Lists in lists, one line for each row, which is broken where it is too long.
template <class T>
class Lists {
 public:
  Lists(const ConstView& values, bool is_short) : format_(values, is_short), is_short_(is_short) {}

  // `depth`: how many lists are open; `closing`: how many end with this one.
  std::string text(const ConstView& values, std::size_t depth, std::size_t closing) const {
    const int rank = values.shape().rank();
    if (rank == 0) return format_(values.as<T>()[0]);
    return rank == 1 ? row(values, depth + 1, closing + 1) : rows(values, depth + 1, closing + 1);
  }

 private:
  std::string row(const ConstView& values, std::size_t indent, std::size_t closing) const {
    std::vector<std::string> words;
    const std::vector<std::int64_t> indices = shown(values.shape()[0], is_short_);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (i > 0 && indices[i] > indices[i - 1] + 1) words.emplace_back("...");
      words.push_back(format_(values.as<T>()[static_cast<std::size_t>(indices[i])]));
    }
    const std::size_t width = kLineWidth - std::min(kLineWidth, closing - 1);
    std::string text, line(indent, ' ');
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::size_t room = width - 1;
      if (line.size() + words[i].size() > room && line.size() > indent) {
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
        line.assign(indent, ' ');
      }
      line += words[i];
      if (i + 1 < words.size()) line += ' ';
    }
    return '[' + (text + line).substr(indent) + ']';
  }

  std::string rows(const ConstView& values, std::size_t indent, std::size_t closing) const {
    const std::string separator(static_cast<std::size_t>(values.shape().rank() - 1), '\n'),
        margin(indent, ' ');
    const std::vector<std::int64_t> indices = shown(values.shape()[0], is_short_);
    std::string all = "[";
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (i > 0) all += separator + margin;
      if (i > 0 && indices[i] > indices[i - 1] + 1) all += "..." + separator + margin;
      all += text(values[indices[i]], indent, closing);
    }
    return all + ']';
  }

  Format<T> format_;
  bool is_short_;
};

// A number alone has no place to keep for others: 0.1, 2.0, 1e-09.
template <class T>
std::string number_alone(T number) {
  if constexpr (std::is_floating_point_v<T>) {
    const std::string text = fmt::format("{}", number);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  } else {
    return fmt::format("{}", number);
  }
}

}  // namespace

std::string to_string(const ConstView& values) {
  if (values.shape().size() == 0) return "[]";
  return dispatch(values.dtype(), [&]<class T>() {
    if (values.shape().rank() == 0) return number_alone(values.as<T>()[0]);
    const bool is_short = values.shape().size() > kMostShown;
    return Lists<T>(values, is_short).text(values, 0, 0);
  });
}

std::ostream& operator<<(std::ostream& out, const ConstView& values) {
  return out << to_string(values);
}

}  // namespace gradtable
